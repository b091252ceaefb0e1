//! Definitions: made, changed and retired, each from the revision that was meant.

use serde_json::json;

use crate::floor::Floor;

const QUEUE: &str = "/v1/definitions/queues/sales";

#[tokio::test]
async fn a_definition_changes_from_the_revision_that_was_meant() {
    let floor = Floor::new().await;
    let made = floor.put("admin", QUEUE, json!({})).await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"0\""));
    assert_eq!(made.body["key"], "sales");

    let blind = floor.put("admin", QUEUE, json!({"order": "priority"})).await;
    assert_eq!((blind.status.as_u16(), blind.code()), (428, "precondition_required"));
    let change = |tag: &'static str, order: &'static str| {
        let body = Some(json!({"order": order}));
        let floor = &floor;
        async move { floor.ask("PUT", "admin", QUEUE, &[("if-match", tag)], body).await }
    };
    let changed = change("\"0\"", "priority").await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "\"1\""));
    let stale = change("\"0\"", "deadline").await;
    assert_eq!((stale.status.as_u16(), stale.code()), (412, "stale"));
    let weak = change("W/\"1\"", "deadline").await;
    assert_eq!((weak.status.as_u16(), weak.code()), (412, "precondition_failed"));
    // The same content again is answered as done, whatever the revision.
    assert_eq!(change("\"0\"", "priority").await.status, 200);
    assert_eq!(change("*", "deadline").await.header("etag"), "\"2\"");
}

#[tokio::test]
async fn what_is_there_is_not_made_again() {
    let floor = Floor::new().await;
    let only_new = [("if-none-match", "*")];
    let made = floor.ask("PUT", "admin", QUEUE, &only_new, Some(json!({}))).await;
    assert_eq!(made.status, 201);
    let again = floor.ask("PUT", "admin", QUEUE, &only_new, Some(json!({}))).await;
    assert_eq!((again.status.as_u16(), again.code()), (412, "precondition_failed"));
    let missing = "/v1/definitions/queues/attic";
    let change =
        floor.ask("PUT", "admin", missing, &[("if-match", "\"0\"")], Some(json!({}))).await;
    assert_eq!(change.status, 412);
}

#[tokio::test]
async fn what_the_reader_has_is_not_sent_again() {
    let floor = Floor::new().await;
    floor.put("admin", QUEUE, json!({})).await;
    let read = floor.get("ana", QUEUE).await;
    assert_eq!((read.status.as_u16(), read.header("etag")), (200, "\"0\""));
    let known = floor.ask("GET", "ana", QUEUE, &[("if-none-match", "\"0\"")], None).await;
    assert_eq!((known.status.as_u16(), known.header("etag")), (304, "\"0\""));
    let older = floor.ask("GET", "ana", QUEUE, &[("if-none-match", "\"9\"")], None).await;
    assert_eq!(older.status, 200);
}

#[tokio::test]
async fn a_definition_is_retired_once() {
    let floor = Floor::new().await;
    floor.put("admin", QUEUE, json!({})).await;
    let blind = floor.ask("DELETE", "admin", QUEUE, &[], None).await;
    assert_eq!(blind.status, 428);
    let tag = [("if-match", "\"0\""), ("idempotency-key", "retire-1")];
    assert_eq!(floor.ask("DELETE", "admin", QUEUE, &tag, None).await.status, 204);
    assert_eq!(floor.ask("DELETE", "admin", QUEUE, &tag, None).await.status, 204, "the same again");
    assert_eq!(floor.ask("DELETE", "admin", QUEUE, &tag[..1], None).await.status, 404);
    assert_eq!(floor.get("admin", QUEUE).await.status, 404);
}

#[tokio::test]
async fn pages_follow_each_other() {
    let floor = Floor::new().await;
    for key in ["a", "b", "c", "d", "e"] {
        let path = format!("/v1/definitions/skills/{key}");
        assert_eq!(floor.put("admin", &path, json!({})).await.status, 201);
    }
    let mut path = "/v1/definitions/skills?limit=2".to_owned();
    let mut keys = Vec::new();
    loop {
        let page = floor.get("ana", &path).await;
        let items = page.body["items"].as_array().unwrap().clone();
        keys.extend(items.iter().map(|one| one["key"].as_str().unwrap().to_owned()));
        let Some(next) = page.body["next"].as_str() else { break };
        let link = page.header("link");
        path = format!("/v1/definitions/skills?limit=2&cursor={next}");
        assert_eq!(link, format!("<{path}>; rel=\"next\""));
    }
    assert_eq!(keys, ["a", "b", "c", "d", "e"]);
    for query in ["limit=0", "limit=501", "limit=x", "cursor=7", "most=3"] {
        let refused = floor.get("ana", &format!("/v1/definitions/skills?{query}")).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "malformed"), "{query}");
    }
}

#[tokio::test]
async fn a_wrong_profile_is_refused_by_field() {
    let floor = Floor::new().await;
    let refused = floor.put("admin", QUEUE, json!({"order": "loudest"})).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid"));
    assert_eq!(refused.body["errors"][0]["pointer"], "/order");
    let refused = floor.put("admin", QUEUE, json!({"colour": "red"})).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid"));
}
