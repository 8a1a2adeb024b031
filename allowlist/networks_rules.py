"""What survey_networks.py puts on the lists of torch, of what is built on it, and of the language and graph libraries."""
import re

# list, pattern of the whole name, pattern that an ancestor must match (or None), uses, reason. The first that matches decides.
DATA, CALLED, ALL, HELD = ('import','new','build'),('import','call'),('import','call','new','build'),('import',)
NN=r"torch\.(ao\.)?nn\.(modules\.(?!_functions|utils)\w+|utils\.(spectral_norm|weight_norm|parametrizations|parametrize|prune|rnn)|parallel\.data_parallel|intrinsic(\.\w+)*|qat(\.\w+)*|quantized(\.\w+)*|quantizable(\.\w+)*|sparse(\.\w+)*)"
# Where a constructor opens files, downloads or evaluates what it is given, the class may be made by NEWOBJ but not held.
MADE = ("new", "build")
FAMILIES = [
 ('nltk', r"nltk\.(tokenize\.punkt(?=\.PunktTokenizer)|tag\.perceptron|sentiment\.vader|chunk\.named_entity|stem\.wordnet)\.\w+", None, MADE, "model or text, its state goes into its attributes"),
 ('nltk', r"nltk\.probability\.(?!Conditional|DictionaryConditional)\w+ProbDist", None, ALL, "distribution of probabilities, made from counts"),
 ('layers', r"(segmentation_models_pytorch\.(?!datasets|utils)\w+|facenet_pytorch\.models)\.(\w+\.)*\w+", r"torch\.nn\..*|nn\.\w+", MADE, "layer or model, its state goes into its attributes"),
 ('layers', r"torchtext\.vocab\.(vocab\.)?(Vocab|SubwordVocab|Vectors|GloVe|FastText)", None, MADE, "words and their vectors, its state goes into its attributes"),
 ('recommend', r"neat\.(genome|genes|attributes|activations|aggregations|config|nn\.\w+|species|stagnation|reproduction|state_machine_genes|state_machine_genome|iznn|ctrnn|population|innovation)\.(\w+\.)*\w+", None, MADE, "part of an evolved network, its state goes into its attributes"),
 # file, pattern, base (regex over ancestors) or None, uses, reason
 ('torch', NN+r"\.\w+", r"torch\.nn\.modules\.module\.Module", ALL, "layer, its state goes into its attributes; hooks in it are judged as held"),
 ('torch', NN+r"\.\w+", None, ALL, "part of a layer, its state goes into its attributes"),
 ('torch', r"torch\.(ao\.)?quantization\.(observer|fake_quantize|qconfig|stubs|quant_type|qconfig_mapping|utils)\.\w+", None, ALL, "part of a quantised model, its state goes into its attributes"),
 ('torch', r"torch\.optim\.(?!_multi_tensor|optimizer\._|_functional)(\w+\.)*\w+", None, ALL, "optimiser or schedule, its state goes into its attributes"),
 ('torch', r"torch\.distributions\.(\w+\.)+\w+", None, ALL, "distribution, its state goes into its attributes"),
 ('torch', r"torch\.utils\.data\.(dataset|sampler)\.(Dataset|TensorDataset|Subset|ConcatDataset|Sampler|\w+Sampler)", None, ALL, "data in memory or an order of it, its state goes into its attributes"),
]
READ = [  # (method, owner) read and found harmless
 (r"__(eq|hash|instancecheck|reduce|reduce_ex|getnewargs|getnewargs_ex|getinitargs)__", r".*"),
 (r"__getattr__|__setattr__|__setstate__", r"torch\.nn\.modules\.(?!lazy)\w+\.\w+"),
 (r"append|extend|add|__setitem__|pop|update|insert|get|items|keys|values|clear|copy|setdefault", r"torch\..*"),
 (r"__setstate__", r"torch\.optim\..*|torch\.(ao\.)?nn\.quantized\..*|torch\.(ao\.)?quantization\..*|torch\._tensor\.Tensor|torch\.tensor\.Tensor"),
 (r"__new__", r"torch\.(ao\.)?quantization\.qconfig\..*|torch\.nn\.utils\.rnn\.PackedSequence|torch\.nn\.parameter\..*|torch\.nn\.modules\.\w+\.\w+"),
 (r"__getattr__", r"torch\.utils\.data\..*"),
]
READ += [
 (r"remove", r"torch\.nn\.utils\..*"), (r"__setstate__", r"torch\.ao\.nn\..*"),
]
SKIPPED_BASES = re.compile(r"type|typing(_extensions)?\.Protocol|Protocol|typing\.TypedDict|TypedDict|_C\._FunctionBase|.*autograd\.Function")
MODEL="layer or model, its state goes into its attributes"
PARTS="part of a model, its state goes into its attributes"
HFM="bert distilbert roberta xlm_roberta albert gpt2 t5 bart vit electra deberta deberta_v2 mpnet clip wav2vec2 layoutlm layoutlmv2 layoutlmv3 llama mistral camembert longformer xlnet gpt_neo gpt_neox gptj opt bloom swin deit beit detr segformer convnext resnet blip marian pegasus mbart m2m_100 funnel mobilebert squeezebert xlm bert_generation encoder_decoder vision_encoder_decoder whisper qwen2 gemma phi dpt dinov2 yolos nomic_bert modernbert openai ctrl transfo_xl flaubert reformer dpr led bigbird big_bird fnet nystromformer canine perceiver hubert timm_wrapper utils openai_gpt".split()
HFP='|'.join(HFM)
FAMILIES += [
 ('torchvision', r"torchvision\.(models|ops)\.(?!_|feature_extraction|quantization\.utils)(\w+\.)*(?!\w*_Weights)\w+", r"torch\.nn\..*|torch\.nn\.modules.*", ALL, MODEL),
 ('torchvision', r"torchvision\.models\.detection\.\w+\.\w+|torchvision\.models\.(googlenet|inception)\.\w*Outputs|torchvision\.models\.(efficientnet|mobilenetv3|convnext|video\.mvit)\.\w*(Config|Conf)", None, ALL, PARTS),
 ('torchvision', r"torchvision\.(transforms|transforms\.v2)\.((functional|functional_tensor|functional_pil)\.InterpolationMode|transforms\.\w+|autoaugment\.\w+|_augment\.\w+|_auto_augment\.\w+|_color\.\w+|_container\.\w+|_deprecated\.\w+|_geometry\.\w+|_meta\.\w+|_misc\.\w+|_temporal\.\w+|_type_conversion\.\w+|_presets\.\w+)", None, ALL, "transform of images, its state goes into its attributes"),
 ('torchvision', r"torchvision\.transforms\._presets\.\w+", None, ALL, "transform of images, its state goes into its attributes"),
 ('timm', r"timm\.(models|layers)\.(?!helpers|_hub|hub|_builder|_factory|factory|registry|_registry|_pretrained|_features_fx|fx_features)(\w+\.)*\w+", r"torch\.nn\..*|nn\.\w+", ALL, MODEL),
 ('timm', r"timm\.(models|layers)\.(features|_features|layers\.\w+|_efficientnet_builder|efficientnet_builder|format|pos_embed\w*)\.\w+", None, ALL, PARTS),
 ('timm', r"timm\.(optim|scheduler|loss)\.\w+\.\w+", None, ALL, "optimiser, schedule or loss, its state goes into its attributes"),
 ('ultralytics', r"ultralytics\.(nn\.(tasks|modules(\.\w+)*)|models\.sam\.modules\.\w+|models\.rtdetr\.\w+|yolo\.\w+\.\w+|utils\.(loss|tal|ops|torch_utils)|models\.utils\.(loss|ops))\.\w+", r"torch\.nn\..*|nn\.\w+|ultralytics\.nn.*", MADE, MODEL),
 ('ultralytics', r"ultralytics\.(utils|yolo\.utils)\.IterableSimpleNamespace|ultralytics\.(utils\.loss|yolo\.utils\.loss|yolo\.v8\.\w+\.train|utils\.tal|yolo\.utils\.tal)\.\w+(Loss|Assigner)", None, MADE, PARTS),
 ('layers', r"(efficientnet_pytorch|pretrainedmodels\.models|segmentation_models_pytorch\.(?!datasets|utils)\w+|facenet_pytorch\.models|torchaudio\.(models|transforms)|kornia\.\w+|torch_optimizer|lightly\.\w+|open_clip)\.(\w+\.)*\w+", r"torch\.nn\..*|nn\.\w+", ALL, MODEL),
 ('layers', r"efficientnet_pytorch\.utils\.\w+|torch_optimizer\.\w+\.\w+", None, ALL, PARTS),
 ('gensim', r"gensim\.models\.(?!\S*(LineSentences?|LineDocument|BrownCorpus|Text8Corpus|PoincareRelations)$)(word2vec|word2vec_inner|doc2vec|fasttext|keyedvectors|ldamodel|ldamulticore|ldaseqmodel|lsimodel|tfidfmodel|rpmodel|hdpmodel|phrases|logentropy_model|normmodel|nmf|basemodel|atmodel|ensemblelda|poincare|translation_matrix|base_any2vec|deprecated\.\w+|bm25model)\.\w+", None, MADE, "model, its state goes into its attributes"),
 ('gensim', r"gensim\.(corpora\.(dictionary|hashdictionary)|similarities\.(docsim|termsim|levenshtein)|interfaces|summarization\.bm25)\.(?!Similarity$|Shard$|TransformedCorpus|CorpusABC)\w+", None, MADE, "model, its state goes into its attributes"),
 ('gensim', r"gensim\.utils\.SaveLoad|gensim\.utils\.NoCM", None, MADE, "model, its state goes into its attributes"),
 ('nltk', r"nltk\.(probability|tag\.(api|sequential|perceptron|hmm|tnt|brill)|tbl\.\w+|classify\.(api|naivebayes|maxent|decisiontree|scikitlearn|positivenaivebayes|util)|tokenize\.(api|punkt|treebank|regexp|casual|simple|sexpr|toktok|mwe|destructive|nist|legality_principle|sonority_sequencing|texttiling)|stem\.(api|porter|lancaster|snowball|regexp|isri|cistem|arlstem2?|wordnet)|tree|tree\.\w+|grammar|chunk\.(api|named_entity|regexp|util)|lm\.\w+|collocations|metrics\.association|text|sentiment\.(vader|sentiment_analyzer)|translate\.(api|ibm\w*|phrase_based|stack_decoder))\.\w+", None, DATA, "model or text, its state goes into its attributes"),
 ('transformers', r"transformers\.(models\.(%s)\.)?(modeling_(?!tf_|flax_)\w+|configuration_\w+)\.\w+"%HFP, r"torch\.nn\..*|nn\.\w+|.*PreTrainedModel|.*PretrainedConfig", MADE, MODEL),
 ('transformers', r"transformers\.models\.\w+\.configuration_\w+\.\w+Config", r".*PretrainedConfig|.*PreTrainedConfig", MADE, "settings of a model, its state goes into its attributes"),
 ('transformers', r"transformers\.configuration_utils\.Pre[tT]rainedConfig|transformers\.(generation\.configuration_utils|generation_utils)\.\w*Config|transformers\.modeling_outputs\.\w+", None, MADE, "settings or results of a model, its state goes into its attributes"),
 ('transformers', r"transformers\.(models\.(%s)\.)?tokenization_\w+\.\w+"%HFP, r".*PreTrainedTokenizer\w*|.*SpecialTokensMixin", MADE, "tokenizer, its state goes into its attributes"),
 ('transformers', r"transformers\.tokenization_utils(_base|_fast)?\.\w+|transformers\.feature_extraction_utils\.\w+", None, MADE, "tokenizer or what it gives, its state goes into its attributes"),
 ('transformers', r"transformers\.activations\.\w+", None, MADE, MODEL),
 ('transformers', r"transformers\.(training_args\w*\.\w+|trainer_utils\.(\w*Strategy|SchedulerType|EvalPrediction|PredictionOutput|TrainOutput|BestRun|ShardedDDPOption|FSDPOption|HPSearchBackend)|trainer_pt_utils\.AcceleratorConfig|debug_utils\.DebugOption|trainer_callback\.(TrainerState|TrainerControl))", None, MADE, "settings of a training, its state goes into its attributes"),
 ('transformers', r"sentence_transformers\.(SentenceTransformer\.SentenceTransformer|models\.(\w+\.)?\w+|(cross_encoder\.)?CrossEncoder|cross_encoder\.CrossEncoder\.CrossEncoder|training_args\.\w+|model_card\.\w+|similarity_functions\.\w+|losses\.\w+\.\w+|sentence_transformer\.\w+\.\w+|base\.modules\.\w+\.\w+|sentence_transformer\.(modules|models)\.\w+\.\w+)", None, MADE, "part of a sentence encoder, its state goes into its attributes"),
 ('transformers', r"accelerate\.(state\.(PartialState|AcceleratorState|GradientState)|utils\.dataclasses\.\w+)", None, MADE, "settings of a training, its state goes into its attributes"),
 ('networkx', r"networkx\.classes\.\w+\.\w+", None, DATA, "graph or a view of one, its state goes into its attributes"),
 ('gym', r"(gym|gymnasium)\.spaces\.\w+\.\w+|(gym|gymnasium)\.utils\.seeding\.RandomNumberGenerator", None, DATA, "space of numbers, its state goes into its attributes"),
 ('gym', r"stable_baselines3?\.common\.(running_mean_std|noise|buffers|schedules|utils|type_aliases|distributions|torch_layers|policies|preprocessing|sb2_compat\.\w+|vec_env\.vec_normalize)\.\w+|stable_baselines3?\.(ppo|a2c|dqn|sac|td3|ddpg|her)\.(policies|her_replay_buffer|goal_selection_strategy|replay_buffer)\.\w+|stable_baselines\.ddpg\.(noise|memory)\.\w+|stable_baselines\.deepq\.replay_buffer\.\w+|sb3_contrib\.\w+\.(policies|buffers|\w+\.buffers)\.\w+|sb3_contrib\.common\.\w+\.(policies|buffers|distributions|type_aliases)\.\w+", None, DATA, "part of an agent, its state goes into its attributes"),
 ('langchain', r"langchain(_core|_community)?\.(docstore|documents|schema)\.(\w+\.)*(Document|BaseMedia|InMemoryDocstore)|langchain(_core|_community)?\.schema\.Document|langchain\.docstore\.document\.Document", None, DATA, "text and its metadata, its state goes into its attributes"),
 ('tokenizers', r"(keras\.src\.legacy\.preprocessing|keras\.src\.preprocessing|keras\.preprocessing|keras_preprocessing)\.(text\.Tokenizer|image\.(\w+\.)?ImageDataGenerator|sequence\.TimeseriesGenerator)", None, DATA, "tokenizer or generator, its state goes into its attributes"),
 ('lightning', r"(pytorch_lightning|lightning\.pytorch|lightning_fabric|lightning\.fabric)\.utilities\.(parsing|data)\.AttributeDict", None, ALL, "dict with attributes"),
 ('lightning', r"torchmetrics\.(?!audio\.dnsmos|audio\.nisqa|functional|utilities|wrappers|text|multimodal|image|detection)(\w+\.)*\w+", r"torch\.nn\..*|nn\.\w+|.*Metric", ALL, "metric, its state goes into its attributes"),
 ('lightning', r"torchmetrics\.utilities\.enums\.\w+", None, CALLED, 'enumeration'),
 ('configs', r"omegaconf\.(base|basecontainer|dictconfig|listconfig|nodes|omegaconf|config)\.(?!OmegaConf$|CLIConfig|EnvConfig)\w+", None, DATA, "settings, its state goes into its attributes"),
 ('configs', r"easydict\.EasyDict|addict\.(addict\.)?Dict|munch\.((?!Default)\w*Munch)|yacs\.config\.CfgNode", None, ALL, "dict with attributes"),
 ('recommend', r"surprise\.(trainset\.Trainset|prediction_algorithms\.\w+\.\w+|similarities\.\w+)|rank_bm25\.\w+", None, DATA, "model, its state goes into its attributes"),
 ('recommend', r"neat\.(genome|genes|attributes|activations|aggregations|config|nn\.\w+|species|stagnation|reproduction|state_machine_genes|state_machine_genome|iznn|ctrnn|population|innovation)\.(\w+\.)*\w+", None, DATA, "part of an evolved network, its state goes into its attributes"),
 ('layers', r"torch_geometric\.data\.(data\.(Data|BaseData|DataEdgeAttr|DataTensorAttr)|storage\.\w+|hetero_data\.HeteroData|batch\.\w+|temporal\.TemporalData|hypergraph_data\.HyperGraphData)", None, ALL, "graph of tensors, its state goes into its attributes"),
 ('layers', r"torchtext\.vocab\.(vocab\.)?(Vocab|SubwordVocab|Vectors|GloVe|FastText)", None, ALL, "words and their vectors, its state goes into its attributes"),
]
READ += [
 (r"__setstate__", r"gensim\.models\.rpmodel\.RpModel"), (r"remove", r"nltk\.tree\..*|omegaconf\..*"), (r"__getattr__", r"sentence_transformers\..*"),
 # constructors and calls look like more than arithmetic for their names (Pool, load_state_dict); those that do harm are out by family
 (r"__(init|call|init_subclass|getitem|enter|exit|iter|len|post_init|contains|str|repr)__|get|close|copy|clear|insert|pop|keys|values|items|setdefault|encode|decode|set .*", r"(torchvision|timm|ultralytics|efficientnet_pytorch|pretrainedmodels\.models|segmentation_models_pytorch|facenet_pytorch|vit_pytorch|torchaudio|kornia|nltk|transformers|sentence_transformers|accelerate|networkx|gym|gymnasium|stable_baselines3?|sb3_contrib|langchain\w*|keras\w*|torchmetrics|omegaconf|surprise|rank_bm25|neat|torch_geometric|torchtext|munch|yacs|addict|easydict|mmengine|pytorch_lightning|lightning\w*|torch_optimizer|open_clip|pydantic)\..*"),
 (r"__(setstate|new|setattr|getattr)__", r"timm\.(optim|layers|models)\..*|segmentation_models_pytorch\.base\..*|ultralytics\.(nn|utils|yolo)\..*|stable_baselines3?\.common\.(sb2_compat|vec_env\.vec_normalize|vec_env\.base_vec_env\.VecEnv\w*).*|networkx\..*|gym\..*|gymnasium\..*|stable_baselines3?\.her\.her_replay_buffer\..*"),
 (r"append|extend|add|update|__setitem__|__set__|__missing__|__delitem__|__getattr__|__setattr__", r"(networkx|gym|gymnasium|stable_baselines3?|sb3_contrib|nltk\.(probability|tree\w*|util|collections|lm|tag|grammar|text|chunk)|gensim|langchain\w*|omegaconf|easydict|addict|munch|yacs|surprise|neat|torch_geometric\.data|torchtext\.vocab|torchmetrics|pytorch_lightning|lightning\w*|transformers|accelerate|mmengine)(\..*)?"),
 (r"__setstate__", r"(omegaconf|munch|addict|neat|surprise|torch_geometric\.data\.\w+|torchtext\.vocab|torchmetrics\.metric|pytorch_lightning\.metrics\.metric)\..*|transformers\.(tokenization_utils_base\.BatchEncoding|feature_extraction_utils\.BatchFeature)"),
 (r"__new__", r"torchmetrics\..*|nltk\.(translate\.api|align|grammar|probability|tree|lm|tag)\..*|omegaconf\..*|networkx\..*|addict\..*"),
 (r"__getattribute__", r"transformers\..*"),
 (r"__(init|call|getitem|contains|str|iter|len)__", r"gensim\..*"),
]

# What wraps networks, and what models carry beside numbers.
NET = r"skorch\.(net\.NeuralNet|classifier\.NeuralNet(Binary)?Classifier|regressor\.NeuralNetRegressor)"
CALLBACK = "callback of a training, its state goes into its attributes"
PILLOW = r"PIL\.(Bmp|Gif|Ico|Jpeg|Jpeg2K|Mpo|Pcx|Png|Ppm|Sgi|Tga|Tiff|WebP)ImagePlugin"
FAMILIES += [
 ('skorch', NET, None, DATA, "estimator, its state goes into its attributes; the torch file in it is read as such"),
 ('skorch', r"skorch\.callbacks\.((base|training|scoring|regularization|lr_scheduler)\.[A-Z]\w+|logging\.(EpochTimer|PrintLog|ProgressBar))", None, DATA, CALLBACK),
 ('skorch', r"skorch\.(history\.History|dataset\.(Dataset|ValidSplit|CVSplit)|helper\.(SliceDict|SliceDataset|DataFrameTransformer)|utils\.Ansi)", None, DATA, "data or its split, its state goes into its attributes"),
 ('tabnet', r"pytorch_tabnet\.(tab_model|abstract_model|pretraining)\.[A-Z]\w+", None, DATA, "estimator, its state goes into its attributes"),
 ('tabnet', r"pytorch_tabnet\.(tab_network|sparsemax)\.\w+", r"torch\.nn\..*", DATA, MODEL),
 ('tabnet', r"pytorch_tabnet\.(callbacks|metrics|augmentations)\.[A-Z]\w+", None, DATA, CALLBACK),
 ('prophet', r"prophet\.(forecaster\.Prophet|models\.CmdStanPyBackend)", None, MADE, "forecaster, its state goes into its attributes"),
 ('prophet', r"cmdstanpy\.(cmdstan_args|compilation|compiler_opts|stanfit|stanfit\.(runset|metadata|mle))\.(CmdStanArgs|OptimizeArgs|Method|CompilerOptions|RunSet|InferenceMetadata|CmdStanMLE)", None, MADE, "what a fit asked for and gave, its state goes into its attributes"),
 ('prophet', r"cmdstanpy\.model\.CmdStanModel", None, MADE, "compiled model, its state goes into its attributes; the program in it must be Prophet's"),
 ('prophet', r"stanio\.reshape\.\w+", None, MADE, "place of a parameter among numbers, its state goes into its attributes"),
 ('pillow', r"PIL\.Image\.Image", None, DATA, "image, its state is a mode, a size and pixels"),
 ('pillow', PILLOW + r"\.(\w*ImageFile)", None, MADE, "image as read from a file, its state is pixels; only the constructor reads one"),
 ('pillow', r"PIL\.Image\.(Resampling|Transpose|Transform|Palette|Dither|Quantize)|PIL\.ImageResampling\.\w+", None, CALLED, "enumeration, made from a value"),
 ('pillow', r"PIL\.TiffImagePlugin\.IFDRational|PIL\.PngImagePlugin\.iTXt", None, ALL, "number or text of an image's metadata"),
]
FAMILIES += [
 ('scikeras', r"scikeras\.(wrappers|utils\.transformers)\.[A-Z]\w+", None, DATA, "estimator, its state goes into its attributes"),
 ('autogluon', r"autogluon\.timeseries\.(metrics(\.\w+)?|utils\.features|dataset\.ts_dataframe|models\.(\w+\.)*\w+|learner|trainer(\.\w+)?|predictor|splitter)\.[A-Z]\w+", None, MADE, "class of AutoGluon, state goes into its attributes"),
 ('autogluon', r"autogluon\.(tabular\.(trainer\.auto_trainer\.AutoTrainer|learner\.default_learner\.DefaultLearner|predictor\.predictor\.TabularPredictor)|core\.dataset\.TabularDataset)", None, MADE, "class of AutoGluon, state goes into its attributes"),
]
READ += [
 (r"__init__|set static_features", r"autogluon\.(timeseries|core\.dataset)\..*"),
 (r"__(setstate|setattr|init)__", NET), (r"__\w+__|append|extend|get|copy|update", r"skorch\.(callbacks|history|dataset|helper)\..*"),
 (r"__\w+__|append|extend", r"pytorch_tabnet\..*"), (r"__(init|getattr|getitem|repr)__|add", r"(prophet|cmdstanpy|stanio)\..*"),
 (r"__(setstate|init|getattr|eq|enter|exit|new|hash|repr|array)__|close|copy|encode|decode|get|read|remove", r"PIL\..*"),
]

# Ufuncs go by the first module that holds them in Python 2, and in what NumPy itself pickled before 1.17.
UFUNCS = ("absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt ceil conjugate cos cosh deg2rad divide equal exp exp2 expm1 fabs "
          "float_power floor floor_divide fmax fmin fmod greater greater_equal hypot isfinite isinf isnan less less_equal log log10 log1p log2 "
          "logaddexp logaddexp2 logical_and logical_not logical_or logical_xor maximum minimum mod multiply negative not_equal power rad2deg "
          "reciprocal remainder rint sign signbit sin sinh sqrt square subtract tan tanh true_divide trunc")
PYTHON2_UFUNCS = {"core.numeric": UFUNCS, "matlib": UFUNCS, "core.multiarray": UFUNCS, "core": UFUNCS,
                  "lib.function_base": "absolute add arctan2 ceil cos exp floor less_equal log10 mod multiply not_equal sin sqrt subtract"}

# Names that no survey of classes gives: functions, compiled classes, what other packages call the same.
BY_HAND = {}


def add(file, names, uses, reason):
    for name in names.split():
        BY_HAND[name] = (file, uses, reason)


FN = "function on numbers or text, held as a value; calls nothing but what it is given"
ON_TENSORS = "function on tensors, held as a value; calls nothing but what it is given"
add('python','argparse.Namespace types.SimpleNamespace', DATA, 'attributes and nothing else')
add('python','_operator.add _operator.sub _operator.mul _operator.truediv _operator.floordiv _operator.mod _operator.pow _operator.neg _operator.pos _operator.abs _operator.lt _operator.le _operator.eq _operator.ne _operator.gt _operator.ge _operator.and_ _operator.or_ _operator.xor _operator.not_ _operator.truth', HELD, 'operator on what it is given, held as a value')
add('python','math.log math.log2 math.log10 math.log1p math.exp math.expm1 math.sqrt math.sin math.cos math.tan math.tanh math.atan math.ceil math.floor math.fabs math.erf math.gamma math.pow math.atan2 math.hypot math.fsum', HELD, 'function on numbers')
add('python','collections.abc.Hashable collections.abc.Iterable collections.abc.Mapping collections.abc.Sequence collections.abc.Callable', HELD, 'abstract class, held')
add('python','typing.Any typing.Optional typing.Union typing.List typing.Dict typing.Tuple typing.Set typing.Callable typing.Sequence typing.Iterable typing.Mapping typing.Type typing.Generic', HELD, 'name of a type, held')
add('gensim','gensim.utils.call_on_class_only', HELD, 'raises an error')
add('gensim','gensim.models.phrases.original_scorer gensim.models.phrases.npmi_scorer gensim.matutils.unitvec gensim.models.tfidfmodel.df2idf gensim.models.tfidfmodel.precompute_idfs gensim.models.tfidfmodel.smartirs_normalize gensim.models.tfidfmodel.smartirs_wlocal gensim.models.tfidfmodel.smartirs_wglobal gensim.utils.identity gensim.utils.any2utf8 gensim.utils.any2unicode gensim.utils.keep_vocab_item gensim.models.ldamodel.dirichlet_expectation gensim.models.word2vec.FAST_VERSION', HELD, FN)
add('gensim','gensim.models.callbacks.CallbackAny2Vec', MADE, 'part of a model, its state goes into its attributes')
add('nltk','nltk.tag.hmm._identity nltk.tag.hmm._log_add nltk.probability._sum_logs nltk.classify.util.apply_features nltk.tokenize.treebank.Callable', HELD, FN)
add('nltk','nltk.probability.ProbabilisticMixIn', DATA, 'model or text, its state goes into its attributes')
add('nltk','nltk.featstruct.Feature', DATA, 'part of a grammar, its state goes into its attributes')
add('tokenizers','tokenizers.Tokenizer tokenizers.AddedToken tokenizers.Encoding', ALL, 'tokenizer of the compiled library, its state is JSON that it parses')
add('tokenizers','tokenizers.models.Model', ALL, 'model of a tokenizer, its state is JSON that it parses')
for m,ns in {'normalizers':'Normalizer Sequence BertNormalizer NFC NFD NFKC NFKD Lowercase Strip StripAccents Replace Prepend Nmt Precompiled ByteLevel','pre_tokenizers':'PreTokenizer Sequence BertPreTokenizer ByteLevel CharDelimiterSplit Digits Metaspace Punctuation Split UnicodeScripts Whitespace WhitespaceSplit FixedLength','decoders':'Decoder BPEDecoder ByteFallback ByteLevel CTC Fuse Metaspace Replace Sequence Strip WordPiece','processors':'PostProcessor BertProcessing ByteLevel RobertaProcessing Sequence TemplateProcessing'}.items():
    add('tokenizers',' '.join('tokenizers.%s.%s'%(m,n) for n in ns.split()), ALL, 'part of a tokenizer, its state is JSON that it parses')
add('tokenizers','keras.src.preprocessing.text.Tokenizer tensorflow.python.keras.preprocessing.text.Tokenizer tensorflow.python.keras._impl.keras.preprocessing.text.Tokenizer keras.preprocessing.text.Tokenizer keras.src.legacy.preprocessing.text.Tokenizer keras_preprocessing.text.Tokenizer keras.src.utils.text_dataset_utils.Tokenizer tensorflow.keras.preprocessing.text.Tokenizer', DATA, 'tokenizer or generator, its state goes into its attributes')
add('tokenizers','keras.preprocessing.text.text_to_word_sequence keras_preprocessing.text.text_to_word_sequence', HELD, FN)
add('tokenizers','keras.callbacks.History keras.src.callbacks.History keras.src.callbacks.history.History tensorflow.python.keras.callbacks.History', DATA, 'what a training reports, its state goes into its attributes')
add('langchain','langchain.docstore.document.Document langchain.schema.Document langchain.schema.document.Document langchain_core.documents.base.Document langchain.docstore.in_memory.InMemoryDocstore langchain_community.docstore.in_memory.InMemoryDocstore langchain.docstore.base.Docstore langchain_classic.docstore.in_memory.InMemoryDocstore', DATA, 'text and its metadata, its state goes into its attributes')
add('networkx','networkx.classes.graph.Graph networkx.classes.digraph.DiGraph networkx.classes.multigraph.MultiGraph networkx.classes.multidigraph.MultiDiGraph', DATA, 'graph or a view of one, its state goes into its attributes')
BY_HAND['gym.utils.seeding:RandomNumberGenerator._generator_ctor']=('gym', CALLED, 'random numbers of NumPy, made from a bit generator by name')
BY_HAND['gymnasium.utils.seeding:RandomNumberGenerator._generator_ctor']=('gym', CALLED, 'random numbers of NumPy, made from a bit generator by name')
add('transformers','transformers.activations.gelu_new transformers.activations.gelu_fast transformers.activations.quick_gelu transformers.activations.linear_act transformers.activations.gelu_python transformers.activations._gelu_python transformers.activations.mish transformers.activations.swish transformers.activations.silu transformers.pytorch_utils.Conv1D transformers.modeling_utils.Conv1D transformers.activations.gelu transformers.modeling_bert.gelu transformers.modeling_bert.swish transformers.modeling_bert.mish transformers.modeling_gpt2.gelu transformers.activations.tanh', HELD, 'function on tensors, held as a value; calls nothing but what it is given')
for n in ('transformers.pytorch_utils.Conv1D','transformers.modeling_utils.Conv1D'): BY_HAND[n]=('transformers', DATA, MODEL)
add('transformers','transformers.integrations.deepspeed.HfDeepSpeedConfig transformers.integrations.deepspeed.HfTrainerDeepSpeedConfig transformers.deepspeed.HfTrainerDeepSpeedConfig trl.trainer.sft_config.SFTConfig trl.trainer.dpo_config.DPOConfig trl.trainer.grpo_config.GRPOConfig trl.trainer.reward_config.RewardConfig', MADE, 'settings of a training, its state goes into its attributes')
add('lightning','pytorch_lightning.utilities.parsing.AttributeDict lightning.pytorch.utilities.parsing.AttributeDict lightning_fabric.utilities.data.AttributeDict lightning.fabric.utilities.data.AttributeDict', ALL, 'dict with attributes')
add('layers','torch_geometric.data.batch.DataBatch torch_geometric.data.batch.Batch torch_geometric.data.batch.HeteroDataBatch', ALL, 'graph of tensors, its state goes into its attributes')
add('nltk','nltk.tag.hmm.IdentityTransform nltk.tag.hmm.HiddenMarkovModelTaggerTransform nltk.tag.hmm.HiddenMarkovModelTaggerTransformI', DATA, 'part of a tagger, its state goes into its attributes')
for n,w in {
 'torch._utils._rebuild_parameter_with_state':'wraps a tensor and sets its attributes',
 'torch._utils._rebuild_sparse_csr_tensor':'sparse tensor of tensors, from numbers; weights_only takes it',
 'torch._utils._rebuild_device_tensor_from_cpu_tensor':'tensor of a tensor, on a device',
 'torch._utils._rebuild_xla_tensor':'tensor of an array, on a device',
 'torch._utils._rebuild_mlc_tensor':'tensor of an array, on a device',
 'torch._tensor._rebuild_from_type_v2':'tensor of a class with attributes; function, class and state are judged as well',
 'torch._tensor._rebuild_from_type':'tensor of a class with attributes; function, class and state are judged as well',
 'torch.tensor._rebuild_from_type':'tensor of a class with attributes; function, class and state are judged as well',
 'torch._utils._rebuild_wrapper_subclass':'tensor of a class without data; that class is judged as well',
 'torch.nested._internal.nested_tensor._rebuild_njt':'nested tensor of tensors, from numbers',
 'torch.nn.backends.thnn._get_thnn_function_backend':'the table of functions that layers of torch before 1.5 name; takes no arguments',
}.items(): BY_HAND[n]=('torch', ("import", "call", "build") if '_rebuild_from_type' in n or 'wrapper' in n else CALLED,w)
BY_HAND['torch.nested._internal.nested_tensor.NestedTensor']=('torch', DATA,'nested tensor, made of tensors')
BY_HAND['torch.nn.parameter.Parameter']=('torch', DATA,'parameter, its state is a storage, a size and attributes')
BY_HAND['torch.nn.parameter.Buffer']=('torch', DATA,'buffer, its state is a storage, a size and attributes')
for n in ('UninitializedParameter','UninitializedBuffer'): BY_HAND['torch.nn.parameter.'+n]=('torch', DATA,'parameter without data yet, its state goes into its attributes')
BY_HAND['torch.ScriptObject']=('torch', DATA,"packed weights: the state names a compiled class of torch's registry and gives it tensors")
BY_HAND['torch._C.Generator']=('torch', ("import", "call", "build"),'random numbers, state is a tensor')
BY_HAND['torch.Generator']=('torch', ("import", "call", "build"),'random numbers, state is a tensor')
BY_HAND['torch.autograd.variable.Variable']=('torch', HELD, 'class of tensors, held')
BY_HAND['torch.storage._load_from_bytes']=('torch', ("plain",),'a torch file in bytes, which is read as such')
for t in ('_triangular_scale_fn','_triangular2_scale_fn','_exp_range_scale_fn'): BY_HAND['torch.optim.lr_scheduler:CyclicLR.'+t]=('torch', HELD, 'method of a schedule, arithmetic')
for t in ('_annealing_cos','_annealing_linear'): BY_HAND['torch.optim.lr_scheduler:OneCycleLR.'+t]=('torch', HELD, 'method of a schedule, arithmetic')

add("nltk", " ".join("nltk.stem.snowball:%sStemmer.stem" % language for language in (
    "Danish Dutch English Finnish French German Hungarian Italian Norwegian Porter Portuguese Romanian Russian Spanish Swedish").split()),
    HELD, "method of a stemmer that a SnowballStemmer holds; text to text")
add("nltk", "nltk.stem.porter:PorterStemmer.stem", HELD, "method of a stemmer that a SnowballStemmer holds; text to text")
add("tokenizers", "regex._regex_core.RegexFlag", CALLED, "flags, made from a number")
add("tokenizers", "regex._regex.compile _regex.compile", CALLED, "regular expression of the package regex, from the codes that it compiled; matches nothing")
add("nltk", "nltk.redos.TimedPattern", DATA, "regular expression with a time limit")
add("lightning", "torchmetrics.metric.jit_distributed_available torchmetrics.utilities.data.dim_zero_sum torchmetrics.utilities.data.dim_zero_mean "
    "torchmetrics.utilities.data.dim_zero_cat torchmetrics.utilities.data.dim_zero_max torchmetrics.utilities.data.dim_zero_min", HELD, ON_TENSORS)
add("ultralytics", "ultralytics.utils.IterableSimpleNamespace ultralytics.yolo.utils.IterableSimpleNamespace", ALL, "attributes and nothing else")

add("skorch", " ".join("skorch.utils." + name for name in "to_numpy to_tensor to_device noop _identity _make_2d_probs _sigmoid_then_2d freeze_parameter "
    "unfreeze_parameter train_loss_score valid_loss_score _indexing_none _indexing_dict _indexing_ndframe _indexing_other _indexing_list_tuple_of_data "
    "_make_split".split()), HELD, "function on tensors or a net's history, held as a value; calls nothing but what it is given")
add("skorch", "skorch.setter.optimizer_setter", HELD, "sets a number in the optimiser that it is given")
add("skorch", "skorch.scoring.loss_scoring", HELD, "loss of the net that it is given")
add("skorch", " ".join("skorch.callbacks.training:%s.%s" % (owner, method) for owner in ("ParamMapper", "Freezer", "Unfreezer", "Initializer")
    for method in ("_epoch_at", "_default_schedule")), HELD, "method of a callback, compares a number of epochs")
add("torch", "torch.utils.data.dataloader.DataLoader torch.utils.data.DataLoader", HELD, "class held by what trains; made, it reads the data that it is given")
add("keras", "keras.saving.pickle_utils.deserialize_model_from_bytecode keras.src.saving.pickle_utils.deserialize_model_from_bytecode", ("plain",),
    "a Keras archive in bytes, which is read as such")
for name in "models.sequential:Sequential models.functional:Functional models.model:Model".split():
    BY_HAND["keras.src.%s._unpickle_model" % name] = ("keras", ("plain",), "a Keras archive in bytes, which is read as such")
add("scikeras", "scikeras._saving_utils.unpack_keras_model", ("plain",), "a Keras archive in bytes, which is read as such")
add("python", "_io.BytesIO", ALL, "bytes in memory")
add("torch", "torch.optim.Adafactor", DATA, "optimiser or schedule, its state goes into its attributes")
add("torch", "torch.utils.hooks.RemovableHandle", DATA, "place of a hook, its state is a dict and a number")
for module, kinds in {"batchnorm": "BatchNorm1d BatchNorm2d BatchNorm3d", "conv": "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d",
                      "instancenorm": "InstanceNorm1d InstanceNorm2d InstanceNorm3d", "linear": "Linear"}.items():
    add("torch", " ".join("torch.nn.modules.%s:Lazy%s.%s" % (module, kind, method) for kind in kinds.split()
        for method in ("_infer_parameters", "_lazy_load_hook")), HELD, "hook of a layer without sizes yet, which runs when the layer does")
add("torchvision", "torchvision.models._utils.IntermediateLayerGetter", DATA, MODEL)
add("python", "builtins.print", HELD, "writes what it is given where the process writes")
add("tabnet", "pytorch_tabnet.multiclass_utils.infer_output_dim pytorch_tabnet.metrics.UnsupervisedLoss", HELD, FN)

add("autogluon", "autogluon.timeseries.learner.TimeSeriesLearner", DATA, "class of AutoGluon, state goes into its attributes; the constructor sets attributes")
add("autogluon", "autogluon.core.metrics.rmse_func", HELD, FN)
add("numpy", " ".join("numpy.%s.%s" % (module, name) for module, names in PYTHON2_UFUNCS.items() for name in names.split()), HELD, "ufunc, computes on numbers")
add("sklego", " ".join("sklego.meta._decay_utils.%s_decay" % kind for kind in "linear exponential stepwise sigmoid".split()), HELD, FN)

add("python", "zlib.adler32 zlib.crc32", HELD, "checksum of bytes")
add("gensim", "gensim.utils.FakeDict", MADE, "numbers and their text as a dict, its state is how many")
add("networkx", "networkx.algorithms.planarity.PlanarEmbedding", DATA, "graph or a view of one, its state goes into its attributes")
add("networkx", "networkx.algorithms.planarity:PlanarEmbedding._forbidden", HELD, "raises an error")
add("networkx", "networkx.classes.function.frozen", CALLED, "raises an error")
add("networkx", "networkx.classes.filters.no_filter", HELD, "says True, whatever it is given")
add("transformers", "transformers.integrations.heterogeneity.configuration_utils._HeterogeneitySpec", DATA,
    "settings of single layers, its state goes into its attributes")

add("theano", "theano.tensor.sharedvar.TensorSharedVariable theano.tensor.sharedvar.ScalarSharedVariable theano.tensor.type.TensorType "
    "theano.gof.link.Container theano.gof.utils.scratchpad theano.gof.utils.scratchpad theano.scalar.basic.Scalar", DATA,
    "shared variable or its type, its state goes into its attributes")

# dict and list subclasses that are pickled as a call of their class
add("nltk", "nltk.probability.FreqDist nltk.probability.ConditionalFreqDist nltk.tree.Tree nltk.tree.tree.Tree", ALL,
    "counts or a tree, made from pairs or children")

# Functions that torch._C._VariableFunctionsClass holds. It holds from_file, too.
VARIABLE_FUNCTIONS = """abs acos add addmm all allclose alpha_dropout amax amin angle any arange argmax argmin argsort as_tensor asin atan atan2 batch_norm bernoulli bilinear bmm cat ceil celu celu_ chunk clamp clone concat conv1d conv2d conv3d conv_transpose1d conv_transpose2d cos cosh cosine_similarity cross cumprod cumsum deg2rad det diag digamma dist div dot dropout dropout_ embedding eq equal erf erfc erfinv exp expm1 feature_dropout flatten flip floor fmod frac gather ge gt hardshrink hypot index_select instance_norm inverse isfinite isinf isnan kl_div layer_norm le lerp lgamma linspace log log10 log1p log2 log_softmax logical_and logical_not logical_or logical_xor logit logsumexp lt masked_select matmul max max_pool1d max_pool2d maximum mean median min minimum mm mul multiply nan_to_num ne neg negative norm normal ones ones_like outer permute pixel_shuffle pow prelu prod quantile rand randn rad2deg reciprocal relu relu_ remainder reshape round rrelu rrelu_ rsqrt rsub scatter selu selu_ sigmoid sigmoid_ sign sin sinc sinh softmax sort sqrt square squeeze stack std sub subtract sum t tan tanh tanh_ tensordot threshold threshold_ tile topk transpose tril triu true_divide trunc unique_consecutive unsqueeze var where zeros zeros_like"""
# Functions of torch.nn.functional that are no functions of Python.
FUNCTIONAL = """max_pool1d max_pool2d max_pool3d adaptive_avg_pool1d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d avg_pool1d avg_pool2d avg_pool3d logsigmoid softplus softshrink tanh sigmoid relu_ elu_ selu_ celu_ leaky_relu_ rrelu_ threshold_ hardtanh_ conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d conv_tbc pixel_shuffle pixel_unshuffle channel_shuffle pdist cosine_similarity one_hot scaled_dot_product_attention native_channel_shuffle fractional_max_pool2d fractional_max_pool3d nll_loss2d log_sigmoid"""
