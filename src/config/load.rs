//! Reads the layers - defaults, then a file, then the environment - into one [`Config`].
//!
//! Every mistake is found in one go: a value that does not fit is noted and taken out, and the
//! rest is read again. This is the only place that names the layering library.

use std::{collections::BTreeMap, path::PathBuf};

use figment::{
    Figment,
    error::{Actual, Error, Kind},
    providers::Serialized,
    value::{Dict, Value},
};
use serde::{Deserialize, Serialize};
use toml::de::DeTable;

use super::{
    Config, Identity, Provider, ProviderKind,
    collection::Collection,
    drop_in::DropIns,
    file,
    finding::{Check, Finding, KeyPath, Report},
    origin::Origin,
    reference,
    sources::{Setting, Sources},
    wording::Mistake,
};

/// A configuration that passed every check.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// The file it came from, if there was one.
    pub file: Option<PathBuf>,
    /// Whether that file has any table.
    pub has_table: bool,
    /// How many files of `providers_dir` were read beside it.
    pub drop_ins: usize,
    /// Weak choices.
    pub warnings: Report,
}

/// Reads and checks the configuration.
///
/// Fails with all problems and warnings when there is at least one problem.
pub fn load(sources: &Sources) -> Result<Loaded, Report> {
    load_from(Origin::read(sources, &[])?)
}

pub(super) fn load_from(origin: Origin) -> Result<Loaded, Report> {
    let mut reading = Reading::new(&origin)?;
    let mut findings = Vec::new();
    let Some(mut config) = reading.config() else {
        return Err(reading.into_report(findings));
    };
    if origin.main.file.is_none() && !reading.given.contains_key("routes") {
        config.routes = Config::embedded().routes;
    }
    let check = &mut Check::new(&mut findings);
    config.drop_ins = reading.drop_ins.sources();
    config.drop_in_losses = reading.drop_ins.losses();
    file::read_all(&mut config, origin.folder(), check);
    config.normalise();
    config.validate(check);
    let report = reading.into_report(findings);
    match report.problems() {
        0 => Ok(Loaded {
            config,
            has_table: origin.main.has_table(),
            file: origin.main.file,
            drop_ins: origin.drop_ins.len(),
            warnings: report,
        }),
        _ => Err(report),
    }
}

/// Reads and checks one provider that stands in no file, from its table as JSON, for identities of
/// these schemas.
///
/// Fails with all problems; their keys begin at the top of a configuration that has this provider.
pub fn load_provider(
    id: &str,
    table: &serde_json::Value,
    identity: &Identity,
) -> Result<Provider, Report> {
    let origin = Origin::default();
    let mut reading = Reading::new(&origin)?;
    let tables = BTreeMap::from([(id, table)]);
    reading.given = merged(&layer(BTreeMap::from([("providers", tables)])));
    reading.refuse_twins();
    reading.require_kinds();
    let mut findings = Vec::new();
    let read = reading.config();
    let provider = read.and_then(|mut config| config.providers.remove(id));
    if let Some(provider) = &provider {
        let check = &mut Check::new(&mut findings);
        let mut check = check.under("providers");
        let mut check = check.under(id);
        provider.validate_alone(id, table, &mut check);
        provider.validate_traits(&identity.schemas(), identity.default_id(), &mut check);
    }
    let report = reading.into_report(findings);
    match provider {
        Some(provider) if report.problems() == 0 => Ok(provider),
        _ => Err(report),
    }
}

/// One reading of the layers, and what it found so far.
struct Reading<'o> {
    origin: &'o Origin,
    document: DeTable<'o>,
    drop_ins: DropIns<'o>,
    /// What file and environment say, without defaults.
    given: Dict,
    /// Which key each variable of the environment set.
    variables: Vec<(KeyPath, &'o Setting)>,
    collection: Collection,
}

impl<'o> Reading<'o> {
    fn new(origin: &'o Origin) -> Result<Self, Report> {
        let document = origin.main.document()?;
        let mut drop_ins = DropIns::gather(&origin.drop_ins, (&origin.main, &document))?;
        let mut values = origin.main.values()?;
        let mut broken = reference::resolve(&origin.variables, &mut values);
        broken.extend(drop_ins.resolve(&origin.variables));
        let file = with_providers(values, &drop_ins.providers);
        let known = merged(&layer(Config::default()).merge(file.clone()));
        let variables: Vec<_> = origin
            .settings
            .iter()
            .map(|setting| (spelled_as_known(&setting.levels, &known), setting))
            .collect();
        let given = variables.iter().fold(file, |layers, (key, setting)| {
            // Reading a variable's text never fails: what is nothing else is a string.
            let value = setting
                .value
                .parse()
                .unwrap_or_else(|never: std::convert::Infallible| match never {});
            layers.merge(layer(nested(key, value)))
        });
        let given = merged(&given);
        let mut reading = Self {
            origin,
            document,
            drop_ins,
            given,
            variables,
            collection: Collection::default(),
        };
        for (key, message) in broken {
            reading.collection.problem(&key, message);
        }
        reading.refuse_twins();
        reading.require_kinds();
        Ok(reading)
    }

    /// Reads the tree; what does not fit is noted and replaced by its default.
    fn config(&mut self) -> Option<Config> {
        self.refuse_lists_of_sections();
        let given = layer(&self.given);
        let mut tree = Value::from(merged(&layer(Config::default()).merge(given)));
        loop {
            let error = match Config::deserialize(&tree) {
                Ok(config) => return Some(config),
                Err(error) => error,
            };
            let key = KeyPath(error.path.clone());
            if self.reread(&error, &key, &mut tree) {
                continue;
            }
            self.collection
                .problem(&key, mistake(error).message(&key.0));
            match remove(&mut tree, &key.0) {
                Removed::Key => {}
                Removed::Element => self.collection.removed_element(&key),
                Removed::Nothing => return None,
            }
        }
    }

    /// Gives the text of a variable another chance: the environment has no types, so `5` may be
    /// meant as a text and `a,b` as a list.
    fn reread(&self, error: &Error, key: &KeyPath, tree: &mut Value) -> bool {
        let Kind::InvalidType(_, expected) = &error.kind else {
            return false;
        };
        let Some((_, setting)) = self.variables.iter().find(|(path, _)| path == key) else {
            return false;
        };
        let Some(value) = find(tree, &key.0) else {
            return false;
        };
        if value.as_str().is_none() {
            *value = Value::from(setting.value.as_str());
            return true;
        }
        if expected == "a sequence" || expected.starts_with("a list") {
            let elements: Vec<_> = setting.value.split(',').map(str::trim).collect();
            *value = Value::from(elements);
            return true;
        }
        false
    }

    /// `[[session]]` would be read as the section's values by position.
    fn refuse_lists_of_sections(&mut self) {
        let mut sections = Vec::new();
        visit(
            &merged(&layer(Config::default())),
            &KeyPath::default(),
            &mut |at, _| {
                sections.push(at.clone());
            },
        );
        let mut given = Value::from(std::mem::take(&mut self.given));
        for section in sections {
            if let Some(Value::Array(..)) = find(&mut given, &section.0) {
                let found = Mistake::WrongType("a list", "a map".to_owned());
                self.collection.problem(&section, found.message(&section.0));
                remove(&mut given, &section.0);
            }
        }
        self.given = given.into_dict().unwrap_or_default();
    }

    /// A secret and the file that holds it cannot both be right.
    fn refuse_twins(&mut self) {
        let mut twins = Vec::new();
        visit(&self.given, &KeyPath::default(), &mut |at, dict| {
            let both = |key: &&String| dict.contains_key(&format!("{key}_file"));
            twins.extend(
                dict.keys()
                    .filter(both)
                    .map(|key| (at.join(&format!("{key}_file")), key.clone())),
            );
        });
        for (place, key) in twins {
            let message = format!("`{key}` and `{key}_file` are both given; keep one of them");
            self.collection.problem(&place, message);
        }
    }

    /// What speaks with a provider is never guessed.
    fn require_kinds(&mut self) {
        let Some(providers) = self.given.get("providers").and_then(Value::as_dict) else {
            return;
        };
        for (id, provider) in providers {
            if provider
                .as_dict()
                .is_some_and(|provider| !provider.contains_key("kind"))
            {
                let key = KeyPath(vec!["providers".to_owned(), id.clone()]).join("kind");
                let message = format!("it is missing; write {}", ProviderKind::choices());
                self.collection.problem(&key, message);
            }
        }
    }

    fn into_report(self, mut later: Vec<Finding>) -> Report {
        let Self {
            origin,
            document,
            mut drop_ins,
            variables,
            collection,
            ..
        } = self;
        later.append(&mut drop_ins.findings);
        collection.into_report(later, |key| {
            origin.place_of(&document, &drop_ins, &variables, key)
        })
    }
}

/// The values of the file with the providers of the drop-in files.
fn with_providers(values: toml::Table, drop_ins: &toml::Table) -> Figment {
    let misplaced = values.get("providers").is_some_and(|own| !own.is_table());
    let file = layer(values);
    match misplaced || drop_ins.is_empty() {
        true => file,
        false => file.merge(layer(BTreeMap::from([("providers", drop_ins)]))),
    }
}

fn layer(values: impl Serialize) -> Figment {
    Figment::from(Serialized::defaults(values))
}

/// The layers as one tree; whatever went in was a tree already.
fn merged(layers: &Figment) -> Dict {
    layers.extract().unwrap_or_default()
}

fn nested(key: &KeyPath, value: Value) -> Dict {
    let tree = key.0.iter().rev().fold(value, |value, segment| {
        Value::from(Dict::from([(segment.clone(), value)]))
    });
    tree.into_dict().unwrap_or_default()
}

/// Names of variables have no hyphens, and their case does not count: a known key is meant.
fn spelled_as_known(levels: &[String], known: &Dict) -> KeyPath {
    let mut known = Some(known);
    let mut key = KeyPath::default();
    for level in levels {
        let here = known.unwrap_or(const { &Dict::new() });
        let other = [level.replace('_', "-"), level.to_uppercase()];
        let mut other = other.into_iter().filter(|_| !here.contains_key(level));
        let known_as = other.find(|spelling| here.contains_key(spelling));
        let level = known_as.unwrap_or_else(|| level.clone());
        known = here.get(&level).and_then(Value::as_dict);
        key.0.push(level);
    }
    key
}

fn visit(dict: &Dict, at: &KeyPath, look: &mut impl FnMut(&KeyPath, &Dict)) {
    look(at, dict);
    for (key, value) in dict {
        match value {
            Value::Dict(_, inner) => visit(inner, &at.join(key), look),
            Value::Array(_, list) => {
                for (index, inner) in list.iter().enumerate() {
                    if let Some(inner) = inner.as_dict() {
                        visit(inner, &at.join(key).join(&index.to_string()), look);
                    }
                }
            }
            _ => {}
        }
    }
}

fn find<'t>(tree: &'t mut Value, segments: &[String]) -> Option<&'t mut Value> {
    segments
        .iter()
        .try_fold(tree, |value, segment| match value {
            Value::Dict(_, dict) => dict.get_mut(segment),
            Value::Array(_, list) => list.get_mut(segment.parse::<usize>().ok()?),
            _ => None,
        })
}

/// What was taken out of the tree.
enum Removed {
    Key,
    Element,
    Nothing,
}

fn remove(tree: &mut Value, segments: &[String]) -> Removed {
    let Some((last, above)) = segments.split_last() else {
        return Removed::Nothing;
    };
    match find(tree, above) {
        Some(Value::Dict(_, dict)) => match dict.remove(last) {
            Some(_) => Removed::Key,
            None => Removed::Nothing,
        },
        Some(Value::Array(_, list)) => match last.parse::<usize>() {
            Ok(index) if index < list.len() => {
                list.remove(index);
                Removed::Element
            }
            _ => Removed::Nothing,
        },
        _ => Removed::Nothing,
    }
}

fn mistake(error: Error) -> Mistake {
    match error.kind {
        Kind::UnknownField(key, known) => Mistake::UnknownKey(key, known),
        Kind::UnknownVariant(word, known) => Mistake::UnknownWord(word, known),
        Kind::InvalidType(found, expected) => Mistake::WrongType(type_of(&found), expected),
        Kind::InvalidValue(_, expected) => Mistake::OutOfRange(expected),
        Kind::MissingField(key) => Mistake::Missing(key.into_owned()),
        Kind::Message(message) => Mistake::Other(message),
        _ => Mistake::Other("the value does not fit".to_owned()),
    }
}

/// The type of a value, without the value: it may be a secret.
fn type_of(found: &Actual) -> &'static str {
    match found {
        Actual::Bool(_) => "true or false",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) => "a text",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        _ => "this",
    }
}
