"""Objects of language, graph, vision and reinforcement libraries, pickled. Each fixture needs the library that it names."""
import importlib
import importlib.util
import pickle
import random
try:
    from importlib import metadata
except ImportError:
    metadata = None

WORDS = [["human", "interface", "computer"], ["survey", "user", "computer", "system"], ["graph", "trees", "minors", "survey"],
         ["system", "human", "interface", "user"], ["graph", "minors", "trees", "user"]]
TAGGED = [[("the", "DT"), ("cat", "NN"), ("sat", "VB")], [("a", "DT"), ("dog", "NN"), ("ran", "VB")]] * 2


# --- gensim


def word2vec():
    from gensim.models import Word2Vec
    size = "vector_size" if version("gensim") >= "4" else "size"
    return Word2Vec(WORDS, min_count=1, seed=0, workers=1, **{size: 4})


def doc2vec():
    from gensim.models.doc2vec import Doc2Vec, TaggedDocument
    size = "vector_size"
    return Doc2Vec([TaggedDocument(words, [i]) for i, words in enumerate(WORDS)], min_count=1, seed=0, workers=1, **{size: 3})


def fasttext():
    from gensim.models import FastText
    size = "vector_size" if version("gensim") >= "4" else "size"
    return FastText(WORDS, min_count=1, seed=0, workers=1, bucket=7, **{size: 3})


def vectors():
    return word2vec().wv


def topics():
    from gensim.corpora import Dictionary
    from gensim.models import LdaModel, LsiModel, TfidfModel
    dictionary = Dictionary(WORDS)
    corpus = [dictionary.doc2bow(words) for words in WORDS]
    return {"dictionary": dictionary, "tfidf": TfidfModel(corpus), "lsi": LsiModel(corpus, id2word=dictionary, num_topics=2),
            "lda": LdaModel(corpus, id2word=dictionary, num_topics=2, random_state=0)}


def phrases():
    from gensim.models.phrases import Phrases
    return Phrases(WORDS, min_count=1, threshold=0.1)


# --- nltk


def classifiers():
    import nltk
    rows = [({"last": "a", "length": 3}, "f"), ({"last": "k", "length": 4}, "m"), ({"last": "a", "length": 4}, "f"),
            ({"last": "n", "length": 5}, "m")]
    return {"bayes": nltk.NaiveBayesClassifier.train(rows), "tree": nltk.DecisionTreeClassifier.train(rows),
            "maxent": nltk.MaxentClassifier.train(rows, trace=0, max_iter=2)}


def taggers():
    import nltk
    perceptron = nltk.tag.PerceptronTagger(load=False)
    random.seed(0)
    perceptron.train(TAGGED, nr_iter=1)
    tnt = nltk.tag.tnt.TnT()
    tnt.train(TAGGED)
    return {"default": nltk.DefaultTagger("NN"), "regexp": nltk.RegexpTagger([(".*ing$", "VBG")]), "tnt": tnt, "perceptron": perceptron,
            "bigram": nltk.BigramTagger(TAGGED, backoff=nltk.UnigramTagger(TAGGED))}


def tokenizers():
    from nltk import tokenize
    trainer = tokenize.punkt.PunktTrainer("Dr. Smith went. He sat. Mr. Jones ran.")
    return {"punkt": tokenize.punkt.PunktSentenceTokenizer(trainer.get_params()), "regexp": tokenize.RegexpTokenizer(r"\w+"),
            "treebank": tokenize.TreebankWordTokenizer(), "tweet": tokenize.TweetTokenizer()}


def counts():
    import nltk
    from nltk.stem import PorterStemmer, SnowballStemmer
    return {"words": nltk.FreqDist("abracadabra"), "conditional": nltk.ConditionalFreqDist([("a", "b"), ("a", "c")]),
            "tree": nltk.Tree("S", [nltk.Tree("NP", ["cat"]), "sat"]), "grammar": nltk.CFG.fromstring("S -> 'a' S | 'b'"),
            "porter": PorterStemmer(), "snowball": SnowballStemmer("english")}


def language_model():
    from nltk.lm import MLE
    from nltk.lm.preprocessing import padded_everygram_pipeline
    model = MLE(2)
    model.fit(*padded_everygram_pipeline(2, WORDS[:2]))
    return model


# --- the rest


def graphs():
    import networkx as nx
    graph, directed = nx.path_graph(3), nx.DiGraph([(1, 2, {"weight": 0.5})])
    return {"graph": graph, "directed": directed, "multi": nx.MultiDiGraph([(1, 2), (1, 2)]), "nodes": graph.nodes, "edges": directed.edges,
            "degree": graph.degree, "adjacency": graph.adj}


def configurations():
    import transformers
    return {"bert": transformers.BertConfig(hidden_size=8, num_labels=2), "gpt2": transformers.GPT2Config(n_embd=8), "t5": transformers.T5Config()}


def fast_tokenizer():
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "b": 1, "[UNK]": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.normalizer = normalizers.Lowercase()
    return {"fast": PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]"), "plain": tokenizer}


def documents():
    from langchain_core.documents import Document
    return [Document(page_content="text", metadata={"source": "a.pdf", "page": 1})], {0: "an id"}


def settings():
    import addict
    import easydict
    import munch
    import omegaconf
    return {"omega": omegaconf.OmegaConf.create({"lr": 0.1, "layers": [1, 2], "name": "${lr}"}), "easy": easydict.EasyDict(lr=0.1, inner={"a": 1}),
            "addict": addict.Dict({"a": {"b": 1}}), "munch": munch.Munch(a=1)}


def spaces():
    import gymnasium
    import numpy as np
    box = gymnasium.spaces.Box(-1.0, 1.0, (2,), np.float32)
    box.seed(0)
    return gymnasium.spaces.Dict({"box": box, "discrete": gymnasium.spaces.Discrete(3), "binary": gymnasium.spaces.MultiBinary(4),
                                  "tuple": gymnasium.spaces.Tuple([gymnasium.spaces.MultiDiscrete([2, 3])])})


def ranking():
    from rank_bm25 import BM25Okapi
    return BM25Okapi(WORDS)


def vision():
    import torch
    import torchvision
    from torchvision import transforms
    torch.manual_seed(0)
    mean = (0.5, 0.5, 0.5)
    return {"block": torchvision.models.resnet.BasicBlock(2, 2), "mixed": torchvision.models.mobilenetv2.InvertedResidual(2, 2, 1, 2),
            "pool": torchvision.ops.MultiScaleRoIAlign(["0"], 3, 2), "frozen": torchvision.ops.FrozenBatchNorm2d(2),
            "transforms": transforms.Compose([transforms.Resize(8), transforms.RandomHorizontalFlip(), transforms.ColorJitter(0.1),
                                              transforms.ToTensor(), transforms.Normalize(mean, mean)])}


def transformer():
    import timm
    import torch
    torch.manual_seed(0)
    return timm.models.vision_transformer.VisionTransformer(img_size=8, patch_size=4, embed_dim=4, depth=1, num_heads=2, num_classes=2)


def detector():
    import torch
    from ultralytics.nn import modules
    from ultralytics.utils import IterableSimpleNamespace
    torch.manual_seed(0)
    return {"model": torch.nn.Sequential(modules.Conv(1, 2, 3), modules.C2f(2, 2), modules.SPPF(2, 2)), "head": modules.DFL(4),
            "args": IterableSimpleNamespace(imgsz=640), "epoch": -1, "date": "2026-11-25"}


def agent():
    import gymnasium
    import numpy as np
    import torch
    from stable_baselines3.common import buffers, noise, policies, running_mean_std
    torch.manual_seed(0)
    box, few = gymnasium.spaces.Box(-1.0, 1.0, (2,), np.float32), gymnasium.spaces.Discrete(2)
    return {"mean": running_mean_std.RunningMeanStd(shape=(2,)), "noise": noise.NormalActionNoise(np.zeros(1), np.ones(1)),
            "buffer": buffers.ReplayBuffer(2, box, few, device="cpu", handle_timeout_termination=False), "policy": policies.ActorCriticPolicy,
            "extractor": torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Tanh()), "space": box}


def metrics():
    import torchmetrics
    from pytorch_lightning.utilities.parsing import AttributeDict
    metric = torchmetrics.MeanSquaredError()
    return {"metric": metric, "hyper_parameters": AttributeDict(lr=0.1, layers=[1, 2])}


# --- what wraps networks, and images


def net():
    import numpy as np
    import torch
    from skorch import NeuralNetClassifier
    from skorch.callbacks import EarlyStopping, EpochScoring, GradientNormClipping
    torch.manual_seed(0)
    callbacks = [EarlyStopping(), GradientNormClipping(1.0), EpochScoring("accuracy", name="score")]
    data = np.random.RandomState(0).rand(10, 2).astype("float32")
    made = NeuralNetClassifier(torch.nn.Linear, module__in_features=2, module__out_features=2, criterion=torch.nn.CrossEntropyLoss,
                               max_epochs=2, verbose=0, callbacks=callbacks).fit(data, np.arange(10) % 2)
    for epoch in made.history:
        epoch["dur"] = 0.0
    dict(made.callbacks_)["epoch_timer"].epoch_start_time_ = 0.0
    return made


def tabular():
    import numpy as np
    import torch
    from pytorch_tabnet.tab_model import TabNetClassifier
    torch.manual_seed(0)
    torch.set_num_threads(1)
    made = TabNetClassifier(verbose=0, n_d=2, n_a=2, n_steps=1, n_independent=1, n_shared=1)
    data = np.random.RandomState(0).rand(20, 2).astype("float32")
    made.fit(data, np.arange(20) % 2, max_epochs=1, batch_size=10, virtual_batch_size=5)
    made.history.epoch_metrics.clear()
    made.history.start_time = 0.0
    return made


def images():
    """In memory, and as each reader of a file leaves them."""
    import io
    import numpy as np
    from PIL import Image
    pixels = Image.fromarray((np.arange(48) * 5).astype("uint8").reshape(4, 4, 3))
    made = [pixels, pixels.convert("L"), pixels.convert("P")]
    for kind in "PNG JPEG GIF BMP TIFF WEBP PPM".split():
        out = io.BytesIO()
        pixels.save(out, kind)
        made.append(Image.open(io.BytesIO(out.getvalue())))
    return made


FIXTURES = [("skorch", "net", net), ("PIL", "images", images), ("gensim", "word2vec", word2vec), ("gensim", "doc2vec", doc2vec), ("gensim", "fasttext", fasttext), ("gensim", "vectors", vectors),
            ("gensim", "topics", topics), ("gensim", "phrases", phrases), ("nltk", "classifiers", classifiers), ("nltk", "taggers", taggers),
            ("nltk", "tokenizers", tokenizers), ("nltk", "counts", counts), ("nltk", "language-model", language_model),
            ("networkx", "graphs", graphs), ("transformers", "configurations", configurations), ("transformers", "tokenizer", fast_tokenizer),
            ("langchain_core", "documents", documents), ("omegaconf", "settings", settings), ("gymnasium", "spaces", spaces),
            ("rank_bm25", "ranking", ranking)]
TENSORS = [("pytorch_tabnet", "tabular", tabular), ("torchvision", "vision", vision), ("timm", "transformer", transformer), ("ultralytics", "detector", detector),
           ("stable_baselines3", "agent", agent), ("torchmetrics", "metrics", metrics)]


def version(library):
    found = importlib.import_module(library)
    if hasattr(found, "__version__"):
        return found.__version__.split("+")[0]
    return metadata.version(library.replace("_", "-"))


def fixtures():
    for library, name, make in FIXTURES:
        if importlib.util.find_spec(library):
            for protocol in (2, 4):
                yield ("%s-%s-%s-p%d.pkl" % (library, version(library), name, protocol),
                       "%s %s, pickle.dump(protocol=%d)" % (library, version(library), protocol), dumped(make, protocol))
    if importlib.util.find_spec("gensim"):
        for name, save in ("vectors", save_vectors), ("index", save_index):
            yield "gensim-%s-%s.model" % (version("gensim"), name), "gensim %s, save(separately=…)" % version("gensim"), save
    for library, name, make in TENSORS:
        if importlib.util.find_spec(library):
            yield ("%s-%s-%s.pt" % (library, version(library), name), "%s %s, torch.save" % (library, version(library)), saved(make))


def dumped(make, protocol):
    def write(path):
        with open(path, "wb") as f:
            pickle.dump(make(), f, protocol)
    return write


def saved(make):
    def write(path):
        import torch
        torch.save(make(), path)
    return write


def save_vectors(path):
    """gensim's save() with an array in a file beside the pickle, as it leaves large ones."""
    vectors().save(path, separately=["vectors"])


def save_index(path):
    """The same with a sparse matrix, which is a pickle and three arrays."""
    from gensim.similarities import SparseMatrixSimilarity
    SparseMatrixSimilarity([[(0, 1.0)], [(1, 0.5)]], num_features=3).save(path, separately=["index"])
