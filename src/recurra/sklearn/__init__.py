"""recurra's models as estimators of scikit-learn: in pipelines, cross-validation and grid searches.

Needs scikit-learn: pip install "recurra[sklearn]".
"""

try:
    import sklearn as _  # noqa: F401
except ImportError as error:
    raise ImportError('recurra.sklearn needs scikit-learn: pip install "recurra[sklearn]"') from error

from recurra.sklearn.classifier import RecurraClassifier
from recurra.sklearn.forecaster import RecurraForecaster
from recurra.sklearn.regressor import RecurraRegressor
from recurra.sklearn.tagger import RecurraTagger
from recurra.sklearn.translator import RecurraTranslator

__all__ = ["RecurraClassifier", "RecurraForecaster", "RecurraRegressor", "RecurraTagger", "RecurraTranslator"]
