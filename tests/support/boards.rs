//! The dashboards that are shipped, as tests read them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A dashboard.
pub struct Board {
    /// The name of its file, without extension.
    pub name: String,
    /// What the file says.
    pub json: Value,
}

/// One query of a panel.
pub struct PanelQuery {
    /// The dashboard.
    pub board: String,
    /// The panel, as `dashboard: title`.
    pub panel: String,
    /// What it asks, with Grafana's variables.
    pub expression: String,
    /// What its lines are called.
    pub legend: String,
}

/// A folder or file of `deploy`.
pub fn deploy(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(path)
}

/// A page of `docs`.
pub fn docs(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All dashboards.
pub fn boards() -> Vec<Board> {
    let folder = fs::read_dir(deploy("grafana/dashboards")).expect("there are dashboards");
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.expect("a folder's entry").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read(&path).expect("a dashboard can be read");
        let json =
            serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        Board { name, json }
    };
    paths.into_iter().map(read).collect()
}

impl Board {
    /// All panels, those in rows too, but not the rows.
    pub fn panels(&self) -> Vec<&Value> {
        let top = self.json["panels"].as_array().expect("panels are a list");
        let inside = top.iter().filter_map(|panel| panel["panels"].as_array()).flatten();
        top.iter().chain(inside).filter(|panel| panel["type"] != "row").collect()
    }

    /// All queries of all panels.
    pub fn queries(&self) -> Vec<PanelQuery> {
        let mut found = Vec::new();
        for panel in self.panels() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                found.push(PanelQuery {
                    board: self.name.clone(),
                    panel: format!("{}: {}", self.name, text(&panel["title"])),
                    expression: text(&target["expr"]).to_owned(),
                    legend: text(&target["legendFormat"]).to_owned(),
                });
            }
        }
        found
    }
}

/// The text in a value; nothing if it is no text.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
