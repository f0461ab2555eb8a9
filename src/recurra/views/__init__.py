"""What a prediction, a trace and an evaluation look like: in the terminal and as HTML."""

from recurra.views.attention_text import AttentionView, attention_lines
from recurra.views.attribution_html import attribution_body, attribution_html
from recurra.views.attribution_text import attribution_lines
from recurra.views.chart import Chart, ChartView, chart_lines
from recurra.views.chart_html import chart_html
from recurra.views.charts import Charts
from recurra.views.comparison import comparison_html, comparison_page, comparison_table, comparison_text
from recurra.views.confusion import ConfusionView, confusion_html, mistakes
from recurra.views.contrast import ContrastView, contrast_body, contrast_html, contrast_lines
from recurra.views.curves_html import curves_html, curves_page
from recurra.views.curves_text import CurvesView, curves_text
from recurra.views.decisions_text import decision_lines
from recurra.views.figures import lines_figure, matrix_figure
from recurra.views.flips_text import flip_lines
from recurra.views.flow_html import flow_html, flow_page
from recurra.views.flow_panels import compared_panel, flow_panels, memory_text
from recurra.views.flow_text import FlowCharts, FlowView, flow_text
from recurra.views.gates_text import GatesView, gates_lines
from recurra.views.html import (
    Output,
    Shown,
    answer_html,
    attention_html,
    evaluation_html,
    page,
    prediction_html,
    predictions_html,
    trace_html,
)
from recurra.views.image_text import PictureView
from recurra.views.inspect_page import inspect_page
from recurra.views.measures import evaluation_text
from recurra.views.model import ModelFacts, model_html, model_text
from recurra.views.neighbours import neighbours_body, neighbours_html, neighbours_lines
from recurra.views.panels import Line, Panel
from recurra.views.search_html import search_body, search_html, search_svg
from recurra.views.search_text import SearchView, search_lines
from recurra.views.states import states_body, states_html, states_lines
from recurra.views.suite import suite_html, suite_page, suite_table, suite_text
from recurra.views.suite_picture import suite_svg
from recurra.views.tables import evaluation_table, predictions_table
from recurra.views.trace_figures import attention_figure, attribution_figure, trace_figure
from recurra.views.trace_text import trace_lines
from recurra.views.units_page import units_page
from recurra.views.units_text import place_lines, units_table
from recurra.views.watch_text import WatchView, event_text
from recurra.views.watching import WatchedRun
from recurra.views.what_if import what_if_body, what_if_html, what_if_lines

__all__ = [
    "AttentionView",
    "Chart",
    "ChartView",
    "Charts",
    "ConfusionView",
    "ContrastView",
    "CurvesView",
    "FlowCharts",
    "FlowView",
    "GatesView",
    "Line",
    "ModelFacts",
    "Output",
    "Panel",
    "PictureView",
    "SearchView",
    "Shown",
    "WatchView",
    "WatchedRun",
    "answer_html",
    "attention_figure",
    "attention_html",
    "attention_lines",
    "attribution_body",
    "attribution_figure",
    "attribution_html",
    "attribution_lines",
    "chart_html",
    "chart_lines",
    "compared_panel",
    "comparison_html",
    "comparison_page",
    "comparison_table",
    "comparison_text",
    "confusion_html",
    "contrast_body",
    "contrast_html",
    "contrast_lines",
    "curves_html",
    "curves_page",
    "curves_text",
    "decision_lines",
    "evaluation_html",
    "evaluation_table",
    "evaluation_text",
    "event_text",
    "flip_lines",
    "flow_html",
    "flow_page",
    "flow_panels",
    "flow_text",
    "gates_lines",
    "inspect_page",
    "lines_figure",
    "matrix_figure",
    "memory_text",
    "mistakes",
    "model_html",
    "model_text",
    "neighbours_body",
    "neighbours_html",
    "neighbours_lines",
    "page",
    "place_lines",
    "prediction_html",
    "predictions_html",
    "predictions_table",
    "search_body",
    "search_html",
    "search_lines",
    "search_svg",
    "states_body",
    "states_html",
    "states_lines",
    "suite_html",
    "suite_page",
    "suite_svg",
    "suite_table",
    "suite_text",
    "trace_figure",
    "trace_html",
    "trace_lines",
    "units_page",
    "units_table",
    "what_if_body",
    "what_if_html",
    "what_if_lines",
]
