"""What the dashboards have in common: data source, variables, and three kinds of panel."""

from dataclasses import dataclass

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog import builder as cog
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    GraphGradientMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)

SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
TAG = "whetstone"


@dataclass(frozen=True)
class Query:
    """A PromQL expression and the name of each of its series."""

    expression: str
    legend: str = ""

    def target(self, instant: bool) -> prometheus.Dataquery:
        target = prometheus.Dataquery().expr(self.expression).legend_format(self.legend or "__auto")
        return target.instant() if instant else target.range()


@dataclass(frozen=True)
class Limit:
    """A value from which on a panel changes its colour."""

    value: float
    colour: str = "red"


def board(
    uid: str,
    title: str,
    description: str,
    *parts: cog.Builder[model.Panel] | dashboard.Row,
    loops_of: str | None = None,
) -> dashboard.Dashboard:
    """A dashboard of panels and headings. `loops_of` is a metric with the label `loop`, by which a viewer chooses."""
    made = (
        dashboard.Dashboard(f"Whetstone / {title}")
        .uid(f"whetstone-{uid}")
        .description(description)
        .tags([TAG])
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .link(dashboard.DashboardLink("Whetstone").type(model.DashboardLinkType.DASHBOARDS).tags([TAG]).keep_time(True))
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    )
    if loops_of is not None:
        made.with_variable(_loops(loops_of))
    for part in parts:
        if isinstance(part, dashboard.Row):
            made.with_row(part)
        else:
            made.with_panel(part)
    return made


def _loops(metric: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable("loop")
        .label("Loop")
        .datasource(SOURCE)
        .query(f"label_values({metric}, loop)")
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )


def row(title: str) -> dashboard.Row:
    return dashboard.Row(title)


def lines(
    title: str,
    unit: str,
    *queries: Query,
    about: str,
    width: int = 12,
    stacked: bool = False,
    limit: Limit | None = None,
) -> cog.Builder[model.Panel]:
    """Curves over time."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(about)
        .datasource(SOURCE)
        .unit(unit)
        .min(0)
        .span(width)
        .height(8)
        .line_width(2)
        .fill_opacity(12)
        .gradient_mode(GraphGradientMode.OPACITY)
        .show_points(VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    if stacked:
        panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    if limit:
        panel.thresholds(_thresholds(limit))
    return _with_targets(panel, queries, instant=False)


def number(
    title: str, unit: str, query: Query, *, about: str, width: int = 4, limit: Limit | None = None
) -> cog.Builder[model.Panel]:
    """The newest value, large, above its curve."""
    panel = (
        stat.Panel()
        .title(title)
        .description(about)
        .datasource(SOURCE)
        .unit(unit)
        .span(width)
        .height(4)
        .graph_mode(BigValueGraphMode.AREA)
        .color_mode(BigValueColorMode.VALUE)
        .no_value("none")
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(_thresholds(limit))
    )
    return _with_targets(panel, (query,), instant=False)


def bars(title: str, unit: str, *queries: Query, about: str, width: int = 12) -> cog.Builder[model.Panel]:
    """The newest value of each series as a horizontal bar."""
    panel = (
        bargauge.Panel()
        .title(title)
        .description(about)
        .datasource(SOURCE)
        .unit(unit)
        .min(0)
        .span(width)
        .height(8)
        .orientation(VizOrientation.HORIZONTAL)
        .display_mode(BarGaugeDisplayMode.GRADIENT)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(_thresholds(None))
    )
    return _with_targets(panel, queries, instant=True)


def marks(name: str, expression: str, colour: str) -> dashboard.AnnotationQuery:
    """Vertical lines where an expression has a value."""
    return dashboard.AnnotationQuery().name(name).datasource(SOURCE).enable(True).icon_color(colour).expr(expression)


def _thresholds(limit: Limit | None) -> dashboard.ThresholdsConfig:
    steps = [model.Threshold(value=None, color="green")]
    if limit:
        steps.append(model.Threshold(value=limit.value, color=limit.colour))
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def _with_targets(panel, queries: tuple[Query, ...], instant: bool):
    for position, query in enumerate(queries):
        panel.with_target(query.target(instant).ref_id(chr(ord("A") + position)))
    return panel
