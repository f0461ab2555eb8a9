"""Pages of evaluations, of one model or of two: measures, the same on parts of the examples, and every example."""

from recurra.views.report.page import Measured, report_page, table_data
from recurra.views.report.slices import worse_text
from recurra.views.report.versus import Changes, MeasureDifference, Two, versus_data, versus_html, versus_page

__all__ = [
    "Changes",
    "MeasureDifference",
    "Measured",
    "Two",
    "report_page",
    "table_data",
    "versus_data",
    "versus_html",
    "versus_page",
    "worse_text",
]
