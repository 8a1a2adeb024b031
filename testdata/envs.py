"""The environments that write the model fixtures: real libraries, exactly pinned.

    python3 testdata/envs.py sklearn-1.5.2 …    make these environments
    python3 testdata/envs.py all                make every one
    python3 testdata/envs.py                    list the table

Each becomes a virtual environment below $MODELSCAN_ENVS (default ~/.cache/modelscan/envs); the command prints its
interpreter. An environment whose pins did not change is left alone. Needs Python 3.6 or newer, the interpreters named
in the table (from pyenv, or pythonX.Y on PATH) and PyPI. Wheels only: nothing is compiled, no setup.py is run.
"""
import glob
import os
import shutil
import subprocess
import sys

# name: (Python, pins). One environment carries one generation of every library, so that a release of joblib, pandas or
# NumPy needs no environment of its own. Transitive dependencies are pinned too: pip runs with --no-deps.
ENVS = {
    "sklearn-0.20.4-py2.7": ("2.7", """scikit-learn==0.20.4 numpy==1.16.6 scipy==1.2.3 pandas==0.24.2 joblib==0.9.4
        python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-0.20.4": ("3.6", """scikit-learn==0.20.4 numpy==1.15.4 scipy==1.1.0 pandas==0.25.3 joblib==0.11
        lz4==2.2.1 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-0.22.2": ("3.7", """scikit-learn==0.22.2.post1 numpy==1.18.5 scipy==1.4.1 pandas==1.0.5 joblib==0.14.1
        lz4==3.1.10 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-0.24.2": ("3.7", """scikit-learn==0.24.2 numpy==1.19.5 scipy==1.5.4 pandas==1.1.5 joblib==1.0.1
        cloudpickle==1.6.0 dill==0.3.4 lz4==3.1.10 threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2
        six==1.17.0"""),
    "sklearn-1.0.2": ("3.8", """scikit-learn==1.0.2 numpy==1.21.6 scipy==1.7.3 pandas==1.3.5 joblib==1.1.1
        lz4==4.3.3 threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-1.1.3": ("3.9", """scikit-learn==1.1.3 numpy==1.23.5 scipy==1.9.3 pandas==1.5.3 joblib==1.2.0
        lz4==4.3.3 threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-1.2.2": ("3.10", """scikit-learn==1.2.2 numpy==1.24.4 scipy==1.10.1 pandas==2.0.3 joblib==1.2.0
        threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0 tzdata==2025.2"""),
    "sklearn-1.3.2": ("3.11", """scikit-learn==1.3.2 numpy==1.26.4 scipy==1.11.4 pandas==2.1.4 joblib==1.3.2
        cloudpickle==2.2.1 dill==0.3.7 lz4==4.3.3 threadpoolctl==3.5.0 python-dateutil==2.9.0.post0 pytz==2025.2
        six==1.17.0 tzdata==2025.2"""),
    "sklearn-1.5.2": ("3.12", """scikit-learn==1.5.2 numpy==2.0.2 scipy==1.13.1 pandas==2.2.3 joblib==1.4.2
        lz4==4.3.3 threadpoolctl==3.5.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0 tzdata==2025.2"""),
    "sklearn-1.7.2": ("3.13", """scikit-learn==1.7.2 numpy==2.3.3 scipy==1.16.2 pandas==2.3.3 joblib==1.5.2
        lz4==4.4.4 threadpoolctl==3.6.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0 tzdata==2025.2"""),
    "sklearn-1.9.1": ("3.13", """scikit-learn==1.9.1 numpy==2.5.5 scipy==1.18.1 pandas==3.1.1 joblib==1.6.0
        narwhals==2.29.0 cloudpickle==3.1.2 dill==0.4.1 lz4==4.4.4 threadpoolctl==3.6.0
        python-dateutil==2.9.0.post0 six==1.17.0 tzdata==2025.2"""),
    # the libraries around scikit-learn
    "around-1.0": ("3.8", """autograd==1.7.0 category-encoders==2.3.0 contourpy==1.1.1 cycler==0.12.1 Deprecated==1.3.1 feature-engine==1.3.0
        fonttools==4.57.0 imbalanced-learn==0.9.0 importlib_metadata==8.5.0 importlib_resources==6.4.5
        joblib==1.1.1 kiwisolver==1.4.7 llvmlite==0.41.1 matplotlib==3.7.5 mlxtend==0.19.0 numba==0.58.0
        numpy==1.21.6 packaging==26.2 pandas==1.3.5 patsy==1.0.3 pillow==10.4.0 pynndescent==0.7.0
        pyparsing==3.1.4 python-dateutil==3.0.0 pytz==2026.6 scikit-learn==1.0.2 scikit-lego==0.6.16
        scipy==1.7.3 six==1.17.0 sklearn-pandas==2.2.0 statsmodels==0.13.5 threadpoolctl==3.5.0 tqdm==4.70.1
        tzdata==2026.6 umap-learn==0.5.7 wrapt==2.0.1 zipp==3.20.2"""),
    "around-1.9": ("3.13", """category_encoders==2.11.2 cloudpickle==3.1.3 contourpy==1.4.0 cycler==0.12.1 Cython==3.3.1 dill==0.4.1
        feature_engine==1.9.4 fonttools==4.68.0 formulaic==1.2.2 hmmlearn==0.3.3 imbalanced-learn==0.14.2
        interface_meta==2.0.1 joblib==1.6.0 kiwisolver==1.5.1 matplotlib==3.11.2 mlxtend==0.25.0
        narwhals==2.29.0 numpy==2.5.5 packaging==26.3 pandas==2.3.3 patsy==1.0.3 pillow==13.0.0 pmdarima==2.1.1
        pyparsing==3.3.3 python-dateutil==4.0.0 pytz==2026.6 scikit-learn==1.9.1 scikit-lego==0.9.10
        scipy==1.18.1 sklearn-compat==0.1.6 sklearn-pandas==2.2.0 sklearn2pmml==0.132.0 statsmodels==0.15.0
        threadpoolctl==3.8.0 typing_extensions==4.16.0 tzdata==2026.6 urllib3==2.8.0 wrapt==2.5.2 six==1.17.0
        prophet==1.5.0 cmdstanpy==1.3.2 stanio==0.5.1 holidays==0.109 tqdm==4.70.1"""),
    # for make_formats.py
    "torch-1.10.2": ("3.9", "torch==1.10.2 numpy==1.21.6 typing_extensions==4.7.1"),
    "skops-0.13.0": ("3.12", """skops==0.13.0 scikit-learn==1.5.2 numpy==2.5.5 scipy==1.18.1 joblib==1.6.0 threadpoolctl==3.8.0
        cloudpickle==3.1.2 packaging==26.3 prettytable==3.18.0 wcwidth==0.9.4"""),
    # The other formats. What a library can be imported and write its files without is left out.
    "skops-0.3.0": ("3.9", """skops==0.3.0 scikit-learn==1.1.3 numpy==1.23.5 scipy==1.9.3 pandas==1.5.3
        huggingface_hub==1.8.0 hf-xet==1.8.0 httpx==0.28.1 httpcore==1.0.9 filelock==3.19.1 fsspec==2025.10.0
        h11==0.16.0 joblib==1.5.3 packaging==26.3 python-dateutil==3.0.0 pytz==2026.6 PyYAML==6.0.3 six==1.17.0
        tabulate==0.9.0 threadpoolctl==3.7.0 tqdm==4.70.1 typing_extensions==4.16.0 anyio==4.12.1
        exceptiongroup==1.3.1 idna==3.20 certifi==2026.10.18 typer==0.23.2 annotated-doc==0.0.5 click==8.1.8
        rich==15.0.0 Pygments==2.21.0 markdown-it-py==3.0.0 mdurl==0.1.2 shellingham==1.5.4 tzdata==2026.6"""),
    "skops-0.6.0": ("3.10", """skops==0.6.0 scikit-learn==1.2.2 numpy==1.24.4 scipy==1.10.1 pandas==2.0.3
        huggingface_hub==2.4.0 click==8.5.1 hf-xet==1.8.0 httpx2==2.14.0 httpcore2==2.14.0 anyio==4.16.0
        exceptiongroup==1.3.1 filelock==4.1.0 fsspec==2026.9.0 h11==0.16.0 idna==3.20 joblib==1.6.0 cloudpickle==3.1.2
        packaging==26.3 python-dateutil==3.0.0 pytz==2026.6 PyYAML==6.0.3 six==1.17.0 tabulate==0.10.0
        threadpoolctl==3.8.0 tomli==2.5.0 tqdm==4.70.1 truststore==0.10.5 typing_extensions==4.16.0 tzdata==2026.6"""),
    "skops-0.9.0": ("3.11", """skops==0.9.0 scikit-learn==1.3.2 numpy==1.26.4 scipy==1.11.4 pandas==2.1.4
        huggingface_hub==2.4.0 click==8.5.1 hf-xet==1.8.0 httpx2==2.16.2 httpcore2==2.16.2 anyio==4.16.0
        filelock==4.2.11 fsspec==2026.9.0 h11==0.16.0 idna==3.20 joblib==1.6.0 cloudpickle==3.1.2 packaging==26.3
        python-dateutil==4.0.0 pytz==2026.6 PyYAML==6.0.3 tabulate==0.10.0 threadpoolctl==3.8.0 tqdm==4.70.1
        truststore==0.10.5 typing_extensions==4.16.0 tzdata==2026.6"""),
    "skops-0.11.0": ("3.12", """skops==0.11.0 scikit-learn==1.5.2 numpy==2.0.2 scipy==1.13.1 pandas==2.2.3
        huggingface_hub==2.4.0 click==8.5.1 hf-xet==1.8.0 httpx2==2.16.2 httpcore2==2.16.2 anyio==4.16.0
        filelock==4.2.11 fsspec==2026.9.0 h11==0.16.0 idna==3.20 joblib==1.6.0 cloudpickle==3.1.2 packaging==26.3
        python-dateutil==4.0.0 pytz==2026.6 PyYAML==6.0.3 tabulate==0.10.0 threadpoolctl==3.8.0 tqdm==4.70.1
        truststore==0.10.5 typing_extensions==4.16.0 tzdata==2026.6"""),
    "skops-0.16.0": ("3.13", """skops==0.16.0 scikit-learn==1.9.1 pandas==3.1.1 joblib==1.6.0 cloudpickle==3.1.2
        narwhals==2.29.0 numpy==2.5.5 packaging==26.3 prettytable==3.18.0 python-dateutil==4.0.0 scipy==1.18.1
        threadpoolctl==3.8.0 wcwidth==0.9.4 tzdata==2026.6"""),
    "boosters-0.90": ("3.7", """xgboost==0.90 lightgbm==2.3.1 catboost==0.26.1 scikit-learn==0.22.2.post1
        numpy==1.18.5 scipy==1.4.1 pandas==1.0.5 joblib==1.3.2 python-dateutil==3.0.0 pytz==2026.6 six==1.17.0
        graphviz==0.20.1 matplotlib==3.5.3 plotly==5.18.0 cycler==0.11.0 fonttools==4.38.0 kiwisolver==1.4.5
        packaging==24.0 Pillow==9.5.0 pyparsing==3.1.4 tzdata==2026.6 typing_extensions==4.7.1"""),
    "boosters-1.5": ("3.8", """xgboost==1.5.2 lightgbm==3.3.5 catboost==1.0.6 scikit-learn==1.0.2 numpy==1.21.6
        scipy==1.7.3 pandas==1.3.5 joblib==1.4.2 python-dateutil==3.0.0 pytz==2026.6 six==1.17.0 threadpoolctl==3.5.0
        graphviz==0.20.3 matplotlib==3.7.5 plotly==7.1.0 wheel==0.45.1 contourpy==1.1.1 cycler==0.12.1
        fonttools==4.57.0 importlib_resources==6.4.5 kiwisolver==1.4.7 narwhals==1.42.1 packaging==26.2 pillow==10.4.0
        pyparsing==3.1.4 tzdata==2026.6 zipp==3.20.2"""),
    "boosters-1.7": ("3.10", """xgboost==1.7.6 lightgbm==4.0.0 catboost==1.2 scikit-learn==1.2.2 numpy==1.24.4
        scipy==1.10.1 pandas==2.0.3 joblib==1.6.0 cloudpickle==3.1.2 python-dateutil==3.0.0 pytz==2026.6 six==1.17.0
        threadpoolctl==3.8.0 tzdata==2026.6 graphviz==0.21 matplotlib==3.10.9 contourpy==1.3.2 cycler==0.12.1
        fonttools==4.65.0 kiwisolver==1.5.1 packaging==26.3 pillow==12.3.0 pyparsing==3.3.3 plotly==7.1.0
        narwhals==2.29.0"""),
    "boosters-3.2": ("3.12", """xgboost==3.2.0 lightgbm==4.6.0 catboost==1.2.10 numpy==2.5.5 pandas==3.1.1
        scikit-learn==1.9.1 joblib==1.6.0 cloudpickle==3.1.2 narwhals==2.29.0 python-dateutil==4.0.0 scipy==1.18.1
        threadpoolctl==3.8.0 graphviz==0.21 matplotlib==3.11.2 contourpy==1.4.0 cycler==0.12.1 fonttools==4.68.0
        kiwisolver==1.5.1 packaging==26.3 pillow==13.0.0 pyparsing==3.3.3 nvidia-nccl-cu12==2.32.3 plotly==7.1.0
        six==1.17.0 tzdata==2026.6"""),
    "formats-old": ("3.8", """safetensors==0.3.1 onnx==1.12.0 skl2onnx==1.12 h5py==2.10.0 numpy==1.21.6
        scikit-learn==1.0.2 scipy==1.7.3 gguf==0.6.0 protobuf==3.20.1 joblib==1.4.2 onnxconverter-common==1.13.0
        threadpoolctl==3.5.0 typing_extensions==4.13.2 six==1.17.0 packaging==26.2"""),
    "formats-new": ("3.13", """safetensors==0.8.0 onnx==1.21.0 skl2onnx==1.20.0 gguf==0.19.0 h5py==3.16.0 py7zr==1.1.4
        zstandard==0.25.0 scikit-learn==1.9.1 backports.zstd==1.8.0 brotli==1.2.1 inflate64==1.0.4 joblib==1.6.0
        cloudpickle==3.1.2 ml_dtypes==0.6.0 multivolumefile==0.2.3 narwhals==2.29.0 numpy==2.5.5 protobuf==7.36.2
        pybcj==1.0.8 pycryptodomex==3.24.2 pyppmd==1.3.1 PyYAML==6.0.3 requests==2.34.2 charset-normalizer==3.5.2
        idna==3.20 urllib3==2.8.0 certifi==2026.10.18 scipy==1.18.1 threadpoolctl==3.8.0 tqdm==4.70.1
        typing_extensions==4.16.0 psutil==7.2.2 texttable==1.7.2"""),
    "tensorflow-2.3": ("3.8", """tensorflow-cpu==2.3.4 astunparse==1.6.3 gast==0.3.3 protobuf==3.20.3 absl-py==2.3.1
        google-pasta==0.2.0 grpcio==1.70.0 h5py==2.10.0 Keras-Preprocessing==1.1.2 numpy==1.18.5 opt_einsum==3.4.0
        six==1.17.0 tensorflow-estimator==2.3.0 termcolor==2.4.0 wheel==0.45.1 wrapt==2.0.1 requests==2.32.4
        setuptools==75.3.4 certifi==2026.10.18 charset-normalizer==3.5.2 idna==3.15 importlib_metadata==8.5.0
        MarkupSafe==2.1.5 urllib3==2.2.3 typing_extensions==4.13.2 zipp==3.20.2"""),
    "tensorflow-2.15": ("3.11", """tensorflow-cpu==2.15.1 grpcio==1.85.1 keras==2.15.0 ml-dtypes==0.3.2 numpy==1.26.4
        protobuf==4.25.9 requests==2.34.2 charset-normalizer==3.5.2 idna==3.20 tensorflow-estimator==2.15.0
        typing_extensions==4.16.0 urllib3==2.8.0 wrapt==1.14.2 absl-py==2.5.1 astunparse==1.6.3 six==1.17.0
        wheel==0.48.0 certifi==2026.10.18 flatbuffers==25.12.19 gast==0.7.0 google-pasta==0.2.0 h5py==3.16.0
        libclang==18.1.1 opt_einsum==3.4.0 packaging==26.3 setuptools==84.2.1 termcolor==3.3.0 MarkupSafe==3.0.4"""),
    "tensorflow-2.21": ("3.13", """tensorflow_cpu==2.21.0 keras==3.15.1 grpcio==1.85.1 h5py==3.14.0 ml_dtypes==0.6.0
        protobuf==7.36.2 requests==2.34.2 charset-normalizer==3.5.2 idna==3.20 typing_extensions==4.16.0
        urllib3==2.8.0 absl-py==2.5.1 astunparse==1.6.3 six==1.17.0 wheel==0.48.0 certifi==2026.10.18
        flatbuffers==25.12.19 gast==0.7.0 google-pasta==0.2.0 libclang==18.1.1 numpy==2.5.5 opt_einsum==3.4.0
        packaging==26.3 termcolor==3.3.0 wrapt==2.5.2 namex==0.1.0 optree==0.20.0 rich==15.0.0 Pygments==2.21.0
        markdown-it-py==4.3.0 mdurl==0.1.2 setuptools==84.2.1"""),
    # Releases on both sides of what versions are told by (inspect/versions.go).
    "edge-2019": ("3.6", """scikit-learn==0.21.3 numpy==1.16.4 scipy==1.2.1 pandas==0.23.4 joblib==0.13.2
        cloudpickle==1.2.2 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "edge-2020": ("3.7", """scikit-learn==0.23.2 numpy==1.17.5 scipy==1.4.0 pandas==1.0.3 joblib==0.16.0
        cloudpickle==1.3.0 threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "edge-2021": ("3.8", """scikit-learn==1.0.1 numpy==1.22.0 scipy==1.8.0 pandas==1.2.5 joblib==1.1.0
        cloudpickle==1.5.0 dill==0.3.3 threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "edge-2022": ("3.8", """scikit-learn==1.2.0 numpy==1.24.0 scipy==1.9.1 pandas==1.4.4
        cloudpickle==2.0.0 dill==0.3.5.1 joblib==1.1.1 threadpoolctl==3.1.0 python-dateutil==2.9.0.post0
        pytz==2025.2 six==1.17.0"""),
    "edge-2023": ("3.9", """scikit-learn==1.4.2 numpy==1.25.2 scipy==1.11.1 pandas==2.0.0 joblib==1.3.0
        cloudpickle==2.1.0 dill==0.3.6 threadpoolctl==3.5.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0
        tzdata==2025.2"""),
    "edge-2024": ("3.10", """scikit-learn==1.5.0 numpy==2.0.0 scipy==1.13.0 pandas==2.2.2 joblib==1.4.0
        cloudpickle==3.0.0 dill==0.3.8 threadpoolctl==3.5.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0
        tzdata==2025.2"""),
    "edge-2025": ("3.11", """scikit-learn==1.6.1 numpy==2.2.6 scipy==1.15.3 pandas==2.3.0 joblib==1.5.0
        cloudpickle==3.1.1 dill==0.4.0 threadpoolctl==3.6.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0
        tzdata==2025.2"""),
    "edge-2026": ("3.12", """scikit-learn==1.8.0 numpy==2.3.0 scipy==1.16.0 pandas==3.0.0 joblib==1.5.3
        threadpoolctl==3.6.0 python-dateutil==2.9.0.post0 six==1.17.0 tzdata==2025.2"""),
    # What the newest releases of Python write otherwise than older ones.
    "python-3.14": ("3.14", """scikit-learn==1.9.1 numpy==2.5.5 scipy==1.18.1 pandas==3.1.1 joblib==1.6.0 cloudpickle==3.1.3
        dill==0.4.1 narwhals==2.29.0 threadpoolctl==3.8.0 python-dateutil==4.0.0 tzdata==2026.6"""),
    "python-3.15": ("3.15", """scikit-learn==1.9.1 numpy==2.5.5 scipy==1.18.1 pandas==3.1.1 joblib==1.6.0 cloudpickle==3.1.3
        narwhals==2.29.0 threadpoolctl==3.8.0 python-dateutil==4.0.0 tzdata==2026.6"""),
    # What is built on torch, and language and graph libraries.
    "language-2021": ("3.8", """gensim==3.8.3 nltk==3.6.7 networkx==2.5.1 transformers==4.11.3 tokenizers==0.10.3 numpy==1.21.6
        certifi==2026.10.19.post1 charset-normalizer==3.5.2 click==8.1.8 decorator==4.4.2 filelock==3.16.1
        fsspec==2025.3.0 hf-xet==1.8.0 huggingface_hub==0.36.2 idna==3.15 joblib==1.4.2 packaging==26.2
        PyYAML==6.0.3 regex==2024.11.6 requests==2.32.4 sacremoses==0.1.1 scipy==1.10.1 six==1.17.0
        smart_open==7.3.1 tqdm==4.70.1 typing_extensions==4.13.2 urllib3==2.2.3 wrapt==2.0.1"""),
    "language-2026": ("3.13", """gensim==4.4.0 nltk==3.10.4 networkx==3.7 transformers==5.24.0 tokenizers==0.23.3 langchain-core==1.8.3
        gymnasium==1.4.0 omegaconf==2.4.0 easydict==1.14 addict==2.4.0 munch==4.0.0 rank-bm25==0.2.2
        annotated-doc==0.0.7 annotated-types==0.8.0 anyio==4.16.0 certifi==2026.10.19.post1
        charset-normalizer==3.5.2 click==8.5.1 cloudpickle==3.1.3 defusedxml==0.7.1 distro==1.9.0
        Farama-Notifications==0.0.6 filelock==4.2.12 fsspec==2026.9.0 h11==0.16.0 hf-xet==1.8.0 httpcore2==2.16.2
        httpcore==1.0.9 httpx2==2.16.2 httpx==0.28.1 huggingface_hub==2.4.0 idna==3.20 joblib==1.6.0
        jsonpatch==1.48 jsonpointer==3.12 langchain-protocol==0.0.20 langsmith==0.15.1 markdown-it-py==4.3.0
        mdurl==0.1.2 neat-python==2.0.0 numpy==2.5.5 orjson==3.13.0 packaging==26.3 pydantic==2.14.4
        pydantic_core==2.50.5 Pygments==2.21.0 PyYAML==6.0.4 regex==2026.11.19 requests-toolbelt==1.0.0
        requests==2.34.2 rich==15.0.0 safetensors==0.8.0 scipy==1.18.1 shellingham==1.5.4 smart_open==9.0.2
        sniffio==1.3.1 tenacity==9.2.1 tqdm==4.70.1 truststore==0.10.5 typer==0.29.2 typing-inspection==0.4.5
        typing_extensions==4.16.0 urllib3==2.8.0 uuid_utils==0.19.0 websockets==17.4 wrapt==2.5.2 xxhash==4.1.0
        zstandard==0.25.0"""),
    "vision-2022": ("3.8", """torch==1.12.1 torchvision==0.13.1 timm==0.6.13 ultralytics==8.0.200 stable-baselines3==2.0.0
        gymnasium==0.28.1 torchmetrics==0.11.4 pytorch-lightning==1.9.5 certifi==2026.10.19.post1
        charset-normalizer==3.5.2 cloudpickle==3.1.3 contourpy==1.1.1 cycler==0.12.1 Farama-Notifications==0.0.6
        filelock==3.16.1 fonttools==4.57.0 fsspec==2025.3.0 hf-xet==1.8.0 huggingface_hub==0.36.2 idna==3.15
        importlib_metadata==8.5.0 importlib_resources==6.4.5 jax-jumpy==1.0.0 kiwisolver==1.4.7
        lightning-utilities==0.11.9 matplotlib==3.7.5 numpy==1.24.4 opencv-python-headless==4.8.1.78
        packaging==26.2 pandas==2.0.3 pillow==10.4.0 psutil==7.2.2 py-cpuinfo==9.0.0 pyparsing==3.1.4
        python-dateutil==3.0.0 pytz==2026.6 PyYAML==6.0.3 requests==2.32.4 scipy==1.10.1 seaborn==0.13.2
        six==1.17.0 thop==0.1.1.post2209072238 tqdm==4.70.1 typing_extensions==4.13.2 tzdata==2026.6
        urllib3==2.2.3 zipp==3.20.2 skorch==1.0.0 pytorch-tabnet==4.1.0 scikit-learn==1.2.2 joblib==1.4.2
        threadpoolctl==3.5.0 tabulate==0.9.0"""),
    "torch-1.4.0": ("3.7", """torch==1.4.0 numpy==1.18.5"""),
    "torch-1.12.1": ("3.8", """torch==1.12.1 numpy==1.21.6 typing_extensions==4.13.2"""),
    "torch-2.1.2": ("3.11", """torch==2.1.2 numpy==1.26.4 fsspec==2024.6.1 nvidia-cublas-cu12==12.1.3.1
        nvidia-cuda-cupti-cu12==12.1.105 nvidia-cuda-nvrtc-cu12==12.1.105 nvidia-cuda-runtime-cu12==12.1.105
        nvidia-cudnn-cu12==8.9.2.26 nvidia-cufft-cu12==11.0.2.54 nvidia-curand-cu12==10.3.2.106
        nvidia-cusolver-cu12==11.4.5.107 nvidia-cusparse-cu12==12.1.0.106 nvidia-nccl-cu12==2.18.1
        nvidia-nvtx-cu12==12.1.105 filelock==4.2.11 Jinja2==3.1.6 MarkupSafe==3.0.4 networkx==3.6.1
        nvidia-nvjitlink-cu12==12.9.86 sympy==1.14.0 mpmath==1.3.0 typing_extensions==4.16.0"""),
    "torch-2.15.0": ("3.13", """torch==2.15.0 numpy==2.5.5 cuda-toolkit==13.2.2 nvidia-cudnn-cu13==9.26.0.51
        nvidia-cusparselt-cu13==0.8.1 nvidia-nccl-cu13==2.30.7 nvidia-nvshmem-cu13==3.7.2 cuda-bindings==13.5.0
        nvidia-cublas==13.4.1.3 nvidia-cuda-cupti==13.2.86 nvidia-cuda-nvrtc==13.2.86 nvidia-cuda-runtime==13.2.86
        nvidia-cufft==12.2.0.57 nvidia-cufile==1.17.1.22 nvidia-cusolver==12.2.0.11 nvidia-cusparse==12.7.10.12
        nvidia-nvjitlink==13.5.37 nvidia-nvtx==13.2.86 cuda-pathfinder==1.9.0 fsspec==2026.9.0 networkx==3.7
        setuptools==84.2.1 sympy==1.14.0 mpmath==1.3.0 typing_extensions==4.16.0 filelock==4.2.11 Jinja2==3.1.6
        MarkupSafe==3.0.4 nvidia-cuda-cccl==13.3.5.0.6"""),
}

ROOT = os.path.expanduser(os.environ.get("MODELSCAN_ENVS") or "~/.cache/modelscan/envs")


def interpreter(name):
    """Where the Python of an environment is, made or not."""
    return os.path.join(ROOT, name, "bin", "python")


def make(name):
    version, pins = ENVS[name]
    want = "\n".join(["python " + version] + sorted(pins.split())) + "\n"
    stamp = os.path.join(ROOT, name, "pins.txt")
    if os.path.exists(stamp) and open(stamp).read() == want:
        return
    shutil.rmtree(os.path.join(ROOT, name), ignore_errors=True)
    virtualenv(find(version), version, os.path.join(ROOT, name))
    # The pip that comes with an old Python does not know today's wheel tags.
    run(interpreter(name), "-m", "pip", "install", "-q", "-U", "pip")
    run(interpreter(name), "-m", "pip", "install", "-q", "--no-deps", "--only-binary=:all:", *pins.split())
    with open(stamp, "w") as f:
        f.write(want)


def find(version):
    """The newest pyenv release of a Python minor version, else the one on PATH."""
    roots = [os.environ.get("PYENV_ROOT"), os.path.expanduser("~/.pyenv")]
    for root in filter(None, roots):
        found = glob.glob(os.path.join(root, "versions", version + ".*", "bin", "python"))
        if found:
            return max(found, key=lambda path: int(path.split(os.sep)[-3].split(".")[2]))
    found = shutil.which("python" + version)
    if not found:
        sys.exit("envs: no Python %s: `pyenv install %s` or put python%s on PATH" % (version, version, version))
    return found


def virtualenv(python, version, folder):
    if version != "2.7":
        run(python, "-m", "venv", folder)
        return
    tool = os.path.join(ROOT, "virtualenv-py2.7")  # 20.15.1 is the last that makes environments for Python 2
    if not os.path.isdir(tool):
        run(python, "-m", "pip", "install", "-q", "--target", tool, "virtualenv==20.15.1")
    run(python, "-m", "virtualenv", "-q", "--no-download", folder, env=dict(os.environ, PYTHONPATH=tool))


def run(*command, **options):
    # Standard output is for the interpreters' paths alone.
    subprocess.run(command, check=True, stdout=sys.stderr, **options)


def main(names):
    if not names:
        for name, (version, pins) in ENVS.items():
            print("%-22s Python %-5s %s" % (name, version, " ".join(pins.split())))
        return
    names = list(ENVS) if names == ["all"] else names
    unknown = [name for name in names if name not in ENVS]
    if unknown:
        sys.exit("envs: no environment %s; there are %s" % (", ".join(unknown), ", ".join(ENVS)))
    for name in names:
        make(name)
        print(interpreter(name), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
