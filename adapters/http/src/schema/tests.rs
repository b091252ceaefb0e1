//! The schemas against serde: what they say is what is read and written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};
use strowger::command::CommandName;
use strowger::interaction::RecordCommandName;
use strowger::journey::JourneyCommandName;
use strowger::knowledge::KnowledgeCommandName;

use super::story::recorded;
use super::*;

static TYPES: LazyLock<Types> = LazyLock::new(|| Types::of_centre().expect("all is known"));
static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| TYPES.schemas());

/// A validator of a schema in which references lead into the components.
fn validator(schemas: &Schemas, schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    whole["components"] = json!({ "schemas": schemas.components });
    jsonschema::validator_for(&whole).expect("a schema")
}

fn refused(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Every command with its layer, name and schema.
fn commands() -> impl Iterator<Item = (&'static str, &'static str, &'static Value)> {
    SCHEMAS.layers().flat_map(|layer| {
        SCHEMAS.commands(layer).map(move |name| {
            (layer, name, SCHEMAS.command(layer, name).expect("a command has a schema"))
        })
    })
}

#[test]
fn no_command_is_missing() {
    fn all<T: ToString>(names: &[T]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }
    let layers = [
        ("command", all(CommandName::ALL)),
        ("record", all(RecordCommandName::ALL)),
        ("knowledge", all(KnowledgeCommandName::ALL)),
        ("journey", all(JourneyCommandName::ALL)),
    ];
    for (layer, names) in &layers {
        let written: BTreeSet<_> = SCHEMAS.commands(layer).map(ToOwned::to_owned).collect();
        assert_eq!(written, *names, "{layer}");
    }
    assert_eq!(SCHEMAS.layers().count(), layers.len());
}

/// Serde names all fields of a struct where it meets one that it does not know.
#[test]
fn a_command_has_the_fields_that_serde_reports() {
    for (layer, name, schema) in commands() {
        let line = json!({ layer: { name: { "?": 0 } } });
        let error = serde_json::from_value::<CentreCommand>(line).expect_err("no such field");
        let error = error.to_string();
        assert!(error.starts_with("unknown field `?`, "), "{name}: {error}");
        let told: BTreeSet<_> = error.split('`').skip(3).step_by(2).collect();
        let written = schema["properties"].as_object().expect("an object");
        assert_eq!(written.keys().map(String::as_str).collect::<BTreeSet<_>>(), told, "{name}");
        assert_eq!(schema["additionalProperties"], json!(false), "{name}");
    }
}

#[test]
fn the_example_of_a_command_is_read_as_that_command() {
    for (layer, name, schema) in commands() {
        let example = SCHEMAS.example(schema).expect("an example");
        assert_eq!(refused(&validator(&SCHEMAS, schema), &example), [""; 0], "{name}");
        let line = json!({ layer: { name: example } });
        let command = serde_json::from_value::<CentreCommand>(line.clone());
        let command = command.unwrap_or_else(|error| panic!("{line}: {error}"));
        let named = match &command {
            CentreCommand::Work(command) => command.name().to_string(),
            CentreCommand::Record(command) => command.name().to_string(),
            CentreCommand::Knowledge(command) => command.name().to_string(),
            CentreCommand::Journey(command) => command.name().to_string(),
            other => panic!("a layer without a name here: {other:?}"),
        };
        assert_eq!(named, name);
        // What is required is no more than what must be there, and no less.
        for field in schema["required"].as_array().into_iter().flatten() {
            let field = field.as_str().expect("a name");
            let mut less = line.clone();
            less[layer][name].as_object_mut().expect("an object").remove(field);
            let error = serde_json::from_value::<CentreCommand>(less).expect_err("it is required");
            assert!(error.to_string().starts_with("missing field"), "{name}.{field}: {error}");
        }
    }
}

/// What is referred to is there.
#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref") {
                    let to = to.strip_prefix("#/components/schemas/").expect("a component");
                    found.insert(to.to_owned());
                }
                fields.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    SCHEMAS.components.values().for_each(|schema| walk(schema, &mut found));
    assert!(found.len() > 100);
    // Made twice, they are the same.
    assert_eq!(Schemas::of_centre().expect("all is known").components, SCHEMAS.components);
    for name in &found {
        assert!(SCHEMAS.components.contains_key(name), "{name}");
    }
    assert_eq!(TYPES.unknown(), [""; 0]);
}

#[test]
fn the_recorded_commands_fit_their_schemas() {
    let whole = validator(&SCHEMAS, &TYPES.schema_of::<CentreCommand>());
    let (mut count, mut wrong) = (0, Vec::new());
    for (_, lines) in recorded(".jsonl") {
        for line in lines {
            for layer in SCHEMAS.layers() {
                let Some(command) = line.get(layer) else { continue };
                let command = json!({ layer: command });
                if !whole.is_valid(&command) {
                    wrong.push(command.to_string());
                }
                count += 1;
            }
        }
    }
    assert!(count > 400, "{count}");
    // The sessions say these to be refused: a field and a command that are not there, and keys
    // without a letter.
    let refused = [
        r#"{"command":{"hold":{"loud":true,"work":"call-1"}}}"#,
        r#"{"command":{"whistle":{}}}"#,
        r#"{"knowledge":{"set_seat":{"agent":"kim","dn":""}}}"#,
        r#"{"knowledge":{"ask":{"agent":"ida","key":"","point":"7100"}}}"#,
    ];
    assert_eq!(wrong, refused);
}

#[test]
fn the_recorded_facts_fit_their_schemas() {
    let whole = validator(&SCHEMAS, &TYPES.schema_of::<LayerFact>());
    let mut seen = BTreeSet::new();
    for (file, lines) in recorded(".out.jsonl") {
        for line in lines {
            for facts in SCHEMAS.facts() {
                let Some(fact) = line.get(facts) else { continue };
                let errors = refused(&whole, &json!({ facts: fact }));
                assert_eq!(errors, [""; 0], "{file}: {line}");
                seen.insert(facts.to_owned());
            }
        }
    }
    assert_eq!(seen.len(), 4);
}

#[test]
fn a_path_takes_fields_out_of_a_schema() {
    let accept = SCHEMAS.command("command", "accept").expect("there is one");
    let rest = without(accept, &["offer"]);
    assert_eq!(rest["properties"], json!({}));
    assert_eq!(rest.get("required"), None);
}

/// `STROWGER_REWRITE=1` reads the documentation anew.
#[test]
fn the_descriptions_are_those_of_the_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = source::read(&story::types().nodes, &root.join("../../src"));
    if std::env::var_os("STROWGER_REWRITE").is_some() {
        let text = serde_json::to_string_pretty(&read).unwrap() + "\n";
        fs::write(root.join("src/schema/descriptions.json"), text).unwrap();
        return;
    }
    assert_eq!(*describe::KEPT, read);
    for (layer, name, schema) in commands() {
        assert!(schema["description"].is_string(), "{layer}.{name}");
        for (field, schema) in schema["properties"].as_object().expect("an object") {
            assert!(schema["description"].is_string(), "{layer}.{name}.{field}");
        }
    }
}

/// What is only written is seen in the recorded sessions, and all that it is made of is known.
#[test]
fn what_is_only_written_is_seen() {
    let (types, values) = (story::types(), story::values());
    assert_eq!(types.unknown(), [""; 0]);
    let schemas = types.schemas();
    for name in [
        "WorkView",
        "AgentView",
        "QueueView",
        "DefinitionViewSkillProfile",
        "InboxCard",
        "Workspace",
        "CustomerContact",
        "PreviewCard",
        "TransferTarget",
        "CallParty",
        "Report",
    ] {
        assert!(schemas.components.contains_key(name), "{name}");
    }
    // Nothing that was read before is called otherwise now.
    for (name, schema) in &SCHEMAS.components {
        assert_eq!(schemas.components.get(name), Some(schema), "{name}");
    }
    let pen = draw::Pen::new(&types.nodes);
    for (name, values) in values {
        let validator = validator(&schemas, &pen.schema(name));
        for value in values.values() {
            assert_eq!(refused(&validator, value), [""; 0], "{name}: {value}");
        }
    }
}

/// The samples of the table are what they stand for, and every type of the table is met.
#[test]
fn the_table_is_right() {
    for name in known::names() {
        assert!(matches!(TYPES.nodes.get(name), Some(Node::Known)), "{name} is not met");
        let schema = known::of(name).map(|known| (known.schema(), known.sample()));
        let (schema, sample) = schema.expect("it is in the table");
        assert_eq!(refused(&validator(&SCHEMAS, &schema), &sample), [""; 0], "{name}");
    }
    let span = known::of(&names::of::<strowger::Span>()).expect("a span");
    let span = validator(&SCHEMAS, &span.schema());
    for text in ["20s", "1h30m", "1.5s", "2m0s5ms", "", "20", "s", "1m1h", "1.5m", "1.2345s", "-1s"]
    {
        let read = text.parse::<strowger::Span>().is_ok();
        assert_eq!(span.is_valid(&json!(text)), read, "{text:?}");
    }
}

/// The code of a refusal is its name in JSON.
#[test]
fn refusals_have_their_codes() {
    let mut count = 0;
    for layer in ["work", "record", "knowledge", "journey"] {
        for code in SCHEMAS.refusals(layer) {
            let refusal = match SCHEMAS.refusal(layer, code).expect("a schema") {
                Value::Null => json!({ layer: code }),
                schema => {
                    json!({ layer: { code: SCHEMAS.example(schema).expect("an example") } })
                }
            };
            let read: CentreRefusal = serde_json::from_value(refusal).expect("a refusal");
            assert_eq!(read.code(), code, "{layer}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
    assert_eq!(SCHEMAS.facts().count(), 4);
    for facts in SCHEMAS.facts() {
        assert!(SCHEMAS.events(facts).count() > 5, "{facts}");
        for event in SCHEMAS.events(facts) {
            let schema = SCHEMAS.event(facts, event).expect("an event has a schema");
            assert!(schema.is_null() || SCHEMAS.example(schema).is_some(), "{facts}.{event}");
        }
    }
}
