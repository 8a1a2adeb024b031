"""One of everything of what wraps networks and of what models carry beside numbers, for collect.py: skorch, TabNet, fastai,
scikeras, Prophet, patsy, spaCy, images.

A thing whose library is not installed fails alone.
"""
import importlib
import os

import numpy as np

X = np.random.RandomState(0).rand(40, 4).astype("float32")
Y = np.arange(40) % 2


def groups(collector):
    return [images, skorches, tabnets, fastais, scikerases, prophets, patsies, spacies]


def images(c):
    from PIL import Image
    import io
    pixels = (X * 255).astype("uint8")
    plain = {mode: Image.fromarray(np.stack([pixels] * 3, 2)).convert(mode) for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "I", "F", "LA")}
    for mode in sorted(plain):
        c.build("image " + mode, plain[mode].copy)

    def opened(mode, kind):
        out = io.BytesIO()
        plain[mode].save(out, kind)
        return Image.open(io.BytesIO(out.getvalue()))
    for kind in "PNG JPEG GIF BMP DIB TIFF WEBP PPM TGA ICO PCX SGI MPO JPEG2000".split():
        for mode in ("L", "P", "RGB", "RGBA"):
            c.build("image %s %s" % (kind, mode), opened, mode, kind)
    c.build("members", lambda: [getattr(Image, e)(1) for e in ("Resampling", "Transpose", "Palette", "Dither", "Quantize")])


def skorches(c):
    import torch
    import skorch
    from skorch import callbacks
    layers = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2), torch.nn.Softmax(-1))
    one = torch.nn.Sequential(torch.nn.Linear(4, 1))
    one_bit = torch.nn.Sequential(torch.nn.Linear(4, 1), torch.nn.Flatten(0))
    target = X.sum(1, keepdims=True)
    extras = [{}, {"callbacks": [callbacks.EarlyStopping(), callbacks.ProgressBar()]}, {"train_split": None}, {"optimizer": torch.optim.Adam},
              {"callbacks": [callbacks.LRScheduler("StepLR", step_size=1), callbacks.EpochScoring("accuracy", name="a")]},
              {"callbacks": [callbacks.GradientNormClipping(1.), callbacks.Checkpoint(dirname=os.devnull + "x", monitor=None, f_params=None, f_optimizer=None, f_criterion=None, f_history=None)]},
              {"callbacks": [callbacks.Freezer("0*"), callbacks.BatchScoring("accuracy", name="b")]}, {"train_split": skorch.dataset.ValidSplit(3)},
              {"iterator_train__shuffle": True, "optimizer__lr": .1}, {"callbacks": "disable"}]
    for number, extra in enumerate(extras):
        c.build("NeuralNetClassifier %d" % number, lambda: skorch.NeuralNetClassifier(layers, max_epochs=2, verbose=0, **extra).fit(X, Y))
        c.build("NeuralNetClassifier unfitted %d" % number, lambda: skorch.NeuralNetClassifier(layers, max_epochs=2, **extra))
        c.build("NeuralNetClassifier initialised %d" % number, lambda: skorch.NeuralNetClassifier(layers, **extra).initialize())
    c.build("NeuralNetRegressor", lambda: skorch.NeuralNetRegressor(one, max_epochs=2, verbose=0).fit(X, target))
    c.build("NeuralNetBinaryClassifier", lambda: skorch.NeuralNetBinaryClassifier(one_bit, max_epochs=2, verbose=0).fit(X, Y.astype("float32")))
    c.build("NeuralNet", lambda: skorch.NeuralNet(layers, torch.nn.CrossEntropyLoss, max_epochs=2, verbose=0).fit(X, Y))

    def pipeline():
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        return make_pipeline(StandardScaler(), skorch.NeuralNetClassifier(layers, max_epochs=1, verbose=0)).fit(X, Y)
    c.build("pipeline", pipeline)

    def search():
        from sklearn.model_selection import GridSearchCV
        net = skorch.NeuralNetClassifier(layers, max_epochs=1, verbose=0, train_split=False)
        return GridSearchCV(net, {"lr": [.01, .1]}, cv=2, scoring="accuracy").fit(X, Y)
    c.build("search", search)
    helper = importlib.import_module("skorch.helper")
    c.build("SliceDict", lambda: helper.SliceDict(a=X))
    c.build("SliceDataset", lambda: helper.SliceDataset(skorch.dataset.Dataset(X, Y)))
    c.build("DataFrameTransformer", helper.DataFrameTransformer)
    for name in sorted(vars(callbacks)):
        if name[0].isupper():
            c.build("callback " + name, lambda: getattr(callbacks, name)())


def tabnets(c):
    tab = importlib.import_module("pytorch_tabnet.tab_model")
    c.build("TabNetClassifier", lambda: tab.TabNetClassifier(verbose=0))

    def fitted(kind, y):
        model = getattr(tab, kind)(verbose=0, n_d=4, n_a=4, n_steps=1)
        model.fit(X, y, max_epochs=1, batch_size=20, virtual_batch_size=10)
        return model
    c.build("TabNetClassifier fitted", fitted, "TabNetClassifier", Y)
    c.build("TabNetRegressor fitted", fitted, "TabNetRegressor", X[:, :1])


def fastais(c):
    import pandas as pd
    from fastai.tabular import all as tabular
    frame = pd.DataFrame(X, columns=list("abcd")).assign(k=["u", "v"] * 20, y=Y)

    def exported(learn):
        """The object of Learner.export."""
        with learn.no_logging():
            learn.fit(1)
        learn.dls, old = learn.dls.new_empty(), learn.dls
        learn.opt = None
        return learn

    def table(**kwargs):
        dls = tabular.TabularDataLoaders.from_df(frame, procs=[tabular.Categorify, tabular.FillMissing, tabular.Normalize],
                                                 cat_names=["k"], cont_names=list("abcd"), y_names="y", bs=8, **kwargs)
        return dls
    c.build("fastai tabular", lambda: exported(tabular.tabular_learner(table(y_block=tabular.CategoryBlock()), metrics=tabular.accuracy)))
    c.build("fastai regression", lambda: exported(tabular.tabular_learner(table(y_block=tabular.RegressionBlock()), metrics=tabular.rmse)))
    vision = importlib.import_module("fastai.vision.all")

    def pictures():
        from PIL import Image
        for i in range(12):
            os.makedirs("train/%s" % "ab"[i % 2], exist_ok=True)
            Image.fromarray((np.random.RandomState(i).rand(40, 40, 3) * 255).astype("uint8")).save("train/%s/%d.png" % ("ab"[i % 2], i))
        dls = vision.ImageDataLoaders.from_folder(".", valid_pct=.3, seed=0, item_tfms=vision.Resize(32), batch_tfms=vision.aug_transforms(size=32), bs=4, num_workers=0)
        return exported(vision.vision_learner(dls, vision.resnet18, pretrained=False, metrics=vision.error_rate))
    c.build("fastai vision", pictures)


def scikerases(c):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    from scikeras.wrappers import KerasClassifier, KerasRegressor

    def network(out, activation):
        return keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(out, activation=activation)])
    c.build("KerasClassifier", lambda: KerasClassifier(network(1, "sigmoid"), loss="binary_crossentropy", epochs=1, verbose=0).fit(X, Y))
    c.build("KerasRegressor", lambda: KerasRegressor(network(1, None), loss="mse", optimizer="adam", epochs=1, verbose=0).fit(X, X[:, 0]))
    c.build("KerasRegressor unfitted", lambda: KerasRegressor(network(1, None), loss="mse"))


def prophets(c):
    import logging
    import pandas as pd
    from prophet import Prophet
    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    frame = pd.DataFrame({"ds": pd.date_range("2020-01-01", periods=200), "y": np.sin(np.arange(200.)), "x": np.arange(200.), "cap": 5.})
    c.build("Prophet unfitted", Prophet)
    for options in ({}, {"growth": "flat"}, {"growth": "logistic"}, {"seasonality_mode": "multiplicative"}, {"yearly_seasonality": False}):
        c.build("Prophet %s" % options, lambda: Prophet(**options).fit(frame))
    c.build("Prophet regressor", lambda: Prophet().add_regressor("x").add_seasonality("month", 30.5, 5).fit(frame))

    def country():
        model = Prophet()
        model.add_country_holidays("US")
        return model.fit(frame)
    c.build("Prophet holidays", country)
    c.build("Prophet sampled", lambda: Prophet(mcmc_samples=4).fit(frame.head(60)))


def patsies(c):
    import pandas as pd
    formula = importlib.import_module("statsmodels.formula.api")
    frame = pd.DataFrame(X, columns=list("abcd")).assign(k=["u", "v", "w", "x"] * 10, y=Y, t=X.sum(1))
    for text in """t ~ a|t ~ a - 1|t ~ a * b|t ~ a:b + c|t ~ C(k)|t ~ C(k, Treatment('v'))|t ~ C(k, Treatment(reference='v'))|t ~ C(k, Sum)|t ~ C(k, Helmert)
                   t ~ C(k, Poly)|t ~ C(k, Diff)|t ~ center(a)|t ~ standardize(a) + scale(b)|t ~ bs(a, df=4)|t ~ bs(a, df=4, degree=3, include_intercept=True)
                   t ~ cr(a, df=4)|t ~ cc(a, df=4)|t ~ te(cr(a, df=3), cr(b, df=3))|t ~ np.log(a + 1)|t ~ np.log1p(a)|np.log(t + 1) ~ a|t ~ np.sqrt(a) + np.exp(b)
                   t ~ np.power(a, 2)|t ~ I(a ** 2)|t ~ I(a * b)|t ~ I(a > 0.5)|t ~ a ** 2|t ~ (a + b + c) ** 2|t ~ Q('a')|t ~ Q("a") + k|t ~ np.sin(a) + np.cos(a)|t ~ np.where(a > 0.5, 1, 0)
                   t ~ np.maximum(a, 0.5)|t ~ abs(a)|t ~ I(a / b) + np.tanh(c)|t ~ I((a - 0.5) ** 2)|t ~ np.log(a + 1):b|t ~ pow(a, 2)|t ~ C(k):a|t ~ a + b %in% k""".replace("\n", "|").split("|"):
        c.build("ols " + text.strip(), lambda: formula.ols(text.strip(), frame).fit())
    c.build("logit", lambda: formula.logit("y ~ a + b", frame).fit(disp=0))
    c.build("mixedlm", lambda: formula.mixedlm("t ~ a", frame, groups=frame.k).fit())
    c.build("glm", lambda: formula.glm("y ~ a", frame, family=importlib.import_module("statsmodels.api").families.Binomial()).fit())
    c.build("quantreg", lambda: formula.quantreg("t ~ a", frame).fit())
    c.build("poisson", lambda: formula.poisson("y ~ a", frame).fit(disp=0))
    c.build("gee", lambda: formula.gee("y ~ a", "k", frame).fit())
    c.build("anova", lambda: importlib.import_module("statsmodels.api").stats.anova_lm(formula.ols("t ~ C(k)", frame).fit()))


def spacies(c):
    import spacy
    nlp = spacy.blank("en")
    c.build("Language", lambda: nlp)
    c.build("Vocab", lambda: nlp.vocab)
    c.build("Doc", lambda: nlp("Some words."))
    c.build("StringStore", lambda: nlp.vocab.strings)
    c.build("Vectors", lambda: nlp.vocab.vectors)
    c.build("Tokenizer", lambda: nlp.tokenizer)
    c.build("DocBin", lambda: importlib.import_module("spacy.tokens").DocBin(docs=[nlp("Some words.")]).to_bytes())
    thinc = importlib.import_module("thinc.api")
    c.build("thinc Linear", lambda: thinc.Linear(2, 3).initialize())
    c.build("thinc chain", lambda: thinc.chain(thinc.Relu(4, 3), thinc.Softmax(2, 4)).initialize())
    c.build("thinc Adam", lambda: thinc.Adam(.01))
    c.build("TextCategorizer", lambda: nlp.add_pipe("textcat"))
