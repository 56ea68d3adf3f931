//! What is answered at which path.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::Vital;

/// The two probes, what else there is, and a word for everything else.
pub(crate) fn router(vital: Arc<dyn Vital>, more: Router, health: Router) -> Router {
    let healthy = vital.clone();
    health
        .merge(more)
        .route("/healthz", get(move || async move { answer(healthy.health()) }))
        .route("/readyz", get(move || async move { answer(vital.readiness()) }))
        .fallback(|| async { text(StatusCode::NOT_FOUND, "there is nothing here; try /healthz or /readyz") })
}

fn answer(state: Result<(), String>) -> Response {
    match state {
        Ok(()) => text(StatusCode::OK, "ok"),
        Err(why) => text(StatusCode::SERVICE_UNAVAILABLE, &why),
    }
}

fn text(status: StatusCode, body: &str) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, format!("{body}\n")).into_response()
}
