//! Where the marks of the pictures stand. The templates draw them; the tables beside them say the same in words.

use serde::Serialize;

use crate::report::model::{ConsoleRow, Model};
use crate::report::pictures::{CurveRow, SilenceRow};

/// Sets of consoles that are drawn; the table has all of them.
const SETS: usize = 18;

/// Everything that the page draws.
#[derive(Debug, Serialize)]
pub(super) struct Pictures {
    upset: Upset,
    silence: Vec<Panel>,
    curve: Plot,
}

/// All pictures of a run.
pub(super) fn pictures(model: &Model) -> Pictures {
    Pictures {
        upset: upset(model),
        silence: model.silence.rows.iter().map(|row| panel(row, model.silence.edges)).collect(),
        curve: plot(model.threshold_curve.days, &model.threshold_curve.rows),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
const fn float(count: usize) -> f64 {
    count as f64
}

/// One decimal is less than a pixel.
fn tidy(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Which consoles hold which devices: a column of dots a set, a bar above it for its devices.
#[derive(Debug, Default, Serialize)]
struct Upset {
    width: f64,
    height: f64,
    left: f64,
    base: f64,
    rows: Vec<UpsetRow>,
    columns: Vec<UpsetColumn>,
    /// Sets that are in the table only.
    more: usize,
}

#[derive(Debug, Serialize)]
struct UpsetRow {
    title: &'static str,
    devices: usize,
    y: f64,
    bar: f64,
}

#[derive(Debug, Serialize)]
struct UpsetColumn {
    x: f64,
    top: f64,
    height: f64,
    flagged: f64,
    devices: usize,
    dots: Vec<Dot>,
    from: f64,
    to: f64,
}

#[derive(Debug, Serialize)]
struct Dot {
    y: f64,
    on: bool,
}

fn upset(model: &Model) -> Upset {
    const LEFT: f64 = 284.0;
    const STEP: f64 = 36.0;
    const ROW: f64 = 24.0;
    const HIGH: f64 = 120.0;
    const TOP: f64 = 22.0;
    const BAR: f64 = 70.0;
    let consoles: Vec<&ConsoleRow> =
        model.consoles.iter().filter(|c| model.overlaps.iter().any(|row| row.consoles.contains(&c.console))).collect();
    let base = TOP + HIGH;
    let y = |at: usize| base + 22.0 + float(at) * ROW;
    let total = |c: &&ConsoleRow| -> usize {
        model.overlaps.iter().filter(|row| row.consoles.contains(&c.console)).map(|row| row.devices).sum()
    };
    let largest = consoles.iter().map(total).max().unwrap_or(0).max(1);
    let tallest = model.overlaps.first().map_or(1, |row| row.devices).max(1);
    let rows = consoles.iter().enumerate().map(|(at, c)| UpsetRow {
        title: c.title,
        devices: total(c),
        y: y(at),
        bar: tidy(float(total(c)) * BAR / float(largest)),
    });
    let columns = model.overlaps.iter().take(SETS).enumerate().map(|(at, row)| {
        let dots: Vec<Dot> =
            consoles.iter().enumerate().map(|(r, c)| Dot { y: y(r), on: row.consoles.contains(&c.console) }).collect();
        let on = || dots.iter().filter(|d| d.on).map(|d| d.y);
        let (from, to) = (on().next().unwrap_or(base), on().next_back().unwrap_or(base));
        let height = (float(row.devices) * HIGH / float(tallest)).max(1.0);
        UpsetColumn {
            x: LEFT + float(at) * STEP + STEP / 2.0,
            top: tidy(base - height),
            height: tidy(height),
            flagged: tidy(height * float(row.flagged) / float(row.devices.max(1))),
            devices: row.devices,
            from,
            to,
            dots,
        }
    });
    let shown = model.overlaps.len().min(SETS);
    Upset {
        width: LEFT + float(shown) * STEP + 8.0,
        height: y(consoles.len()) - 4.0,
        left: LEFT,
        base,
        rows: rows.collect(),
        columns: columns.collect(),
        more: model.overlaps.len() - shown,
    }
}

/// Days inactive of one platform.
#[derive(Debug, Serialize)]
struct Panel {
    platform: &'static str,
    threshold: u32,
    devices: usize,
    unknown: usize,
    width: f64,
    height: f64,
    base: f64,
    bars: Vec<Bar>,
    ticks: Vec<Tick>,
    /// Where the threshold stands.
    line: f64,
}

#[derive(Debug, Serialize)]
struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    count: usize,
    /// Wholly beyond the threshold.
    stale: bool,
}

#[derive(Debug, Serialize)]
struct Tick {
    x: f64,
    y: f64,
    text: String,
}

fn panel(row: &SilenceRow, edges: &[u32]) -> Panel {
    const SPAN: f64 = 30.0;
    const BASE: f64 = 92.0;
    const HIGH: f64 = 62.0;
    let tallest = float(row.devices.iter().max().copied().unwrap_or(0).max(1));
    let bars = row.devices.iter().enumerate().map(|(at, count)| {
        let height = if *count == 0 { 0.0 } else { (float(*count) * HIGH / tallest).max(1.5) };
        let start = at.checked_sub(1).and_then(|before| edges.get(before)).copied().unwrap_or(0);
        Bar {
            x: float(at) * SPAN + 1.5,
            y: tidy(BASE - height),
            width: SPAN - 3.0,
            height: tidy(height),
            count: *count,
            stale: start >= row.threshold,
        }
    });
    let ticks =
        (1_usize..).zip(edges).map(|(at, edge)| Tick { x: float(at) * SPAN, y: BASE + 13.0, text: edge.to_string() });
    Panel {
        platform: row.platform,
        threshold: row.threshold,
        devices: row.devices.iter().sum::<usize>() + row.unknown,
        unknown: row.unknown,
        width: float(row.devices.len()) * SPAN,
        height: BASE + 32.0,
        base: BASE,
        bars: bars.collect(),
        ticks: ticks.collect(),
        line: tidy(within(row.threshold, edges) * SPAN),
    }
}

/// How many spans lie before a number of days, with its share of the span that it falls into.
fn within(days: u32, edges: &[u32]) -> f64 {
    let mut start = 0;
    for (at, edge) in edges.iter().enumerate() {
        if days <= *edge {
            return float(at) + f64::from(days - start) / f64::from(*edge - start);
        }
        start = *edge;
    }
    float(edges.len()) + 0.5
}

/// Stale devices by threshold, a line a platform.
#[derive(Debug, Serialize)]
struct Plot {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    base: f64,
    lines: Vec<Line>,
    across: Vec<Tick>,
    up: Vec<Tick>,
    /// Where the threshold in force stands, if all platforms have the same.
    threshold: Option<f64>,
    days: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Line {
    platform: &'static str,
    points: String,
    dots: Vec<Point>,
    /// Where the name stands.
    label: f64,
    /// Where the line ends.
    end: f64,
}

#[derive(Debug, Serialize)]
struct Point {
    x: f64,
    y: f64,
}

fn plot(days: &[u32], rows: &[CurveRow]) -> Plot {
    const LEFT: f64 = 56.0;
    const RIGHT: f64 = 560.0;
    const TOP: f64 = 16.0;
    const BASE: f64 = 256.0;
    let (first, last) = (days.first().copied().unwrap_or(0), days.last().copied().unwrap_or(1));
    let x = |day: u32| {
        let clamped = day.clamp(first, last);
        tidy(LEFT + f64::from(clamped - first) * (RIGHT - LEFT) / f64::from((last - first).max(1)))
    };
    let most = rows.iter().flat_map(|row| &row.stale).max().copied().unwrap_or(0);
    let step = nice_step(most);
    let top = step * most.div_ceil(step).max(1);
    let y = |count: usize| tidy(BASE - float(count) * (BASE - TOP) / float(top));
    // A platform without a stale device at any threshold would only lie on the axis.
    let drawn = rows.iter().filter(|row| row.platform == "all" || row.stale.iter().any(|n| *n > 0));
    let mut lines: Vec<Line> = drawn
        .map(|row| {
            let dots: Vec<Point> =
                days.iter().zip(&row.stale).map(|(day, count)| Point { x: x(*day), y: y(*count) }).collect();
            let points: Vec<String> = dots.iter().map(|p| format!("{},{}", p.x, p.y)).collect();
            let end = dots.last().map_or(BASE, |p| p.y);
            Line { platform: row.platform, points: points.join(" "), dots, label: end, end }
        })
        .collect();
    spread(&mut lines, BASE);
    let common = rows.first().and_then(|row| row.threshold);
    Plot {
        width: RIGHT + 150.0,
        height: BASE + 40.0,
        left: LEFT,
        right: RIGHT,
        base: BASE,
        lines,
        across: days.iter().map(|day| Tick { x: x(*day), y: BASE + 16.0, text: day.to_string() }).collect(),
        up: (0..=top / step).map(|n| Tick { x: LEFT, y: y(n * step), text: (n * step).to_string() }).collect(),
        threshold: common.filter(|t| (first..=last).contains(t)).map(x),
        days: common,
    }
}

/// Moves names apart that would stand on each other.
fn spread(lines: &mut [Line], floor: f64) {
    const APART: f64 = 15.0;
    let mut order: Vec<&mut Line> = lines.iter_mut().collect();
    order.sort_by(|a, b| a.end.total_cmp(&b.end));
    let mut above = f64::NEG_INFINITY;
    for line in &mut order {
        line.label = tidy(line.end.max(above + APART));
        above = line.label;
    }
    // Those that were pushed below the axis go up again, and take the others with them.
    let mut below = floor + APART;
    for line in order.into_iter().rev() {
        line.label = tidy(line.label.min(below - APART));
        below = line.label;
    }
}

/// A step that gives an axis two to six lines.
fn nice_step(most: usize) -> usize {
    let mut step = 1;
    loop {
        for factor in [1, 2, 5] {
            if step * factor * 5 >= most {
                return step * factor;
            }
        }
        step *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_stands_within_its_span() {
        let edges = [7, 14, 30, 60, 90];
        assert!((within(90, &edges) - 5.0).abs() < 1e-9);
        assert!((within(75, &edges) - 4.5).abs() < 1e-9);
        assert!((within(400, &edges) - 5.5).abs() < 1e-9);
    }

    #[test]
    fn an_axis_has_few_lines() {
        for most in [0, 1, 3, 7, 23, 99, 5_000, 123_456] {
            let step = nice_step(most);
            let lines = most.div_ceil(step);
            assert!(lines <= 5, "{most}: {lines} lines");
        }
    }

    #[test]
    fn names_keep_apart() {
        let line = |end| Line { platform: "all", points: String::new(), dots: Vec::new(), label: end, end };
        let mut lines = [line(100.0), line(101.0), line(99.0)];
        spread(&mut lines, 100.0);
        let mut labels: Vec<f64> = lines.iter().map(|l| l.label).collect();
        labels.sort_by(f64::total_cmp);
        assert!(labels.windows(2).all(|pair| pair[1] - pair[0] >= 15.0), "{labels:?}");
        assert!(labels.iter().all(|label| *label <= 100.0), "{labels:?}");
    }
}
