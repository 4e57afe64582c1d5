//! A list of providers as Ory Kratos' configuration has them, read as tables of ours. What has no
//! meaning here is told, never left out in silence.

use serde_json::{Map, Value};
use toml::Table;
use url::Url;

use super::{
    PROVIDERS,
    kratos::{FOREIGN, KEYS, KINDS, Meaning, Said},
};
use crate::config::{
    finding::{Finding, KeyPath, Report, Severity},
    json_position,
    position::Position,
    provider::ProviderKind,
    wording::nearest,
    written::Written,
};

/// What Kratos takes a Microsoft account's name from where the list does not say.
const SUBJECT_SOURCE: (&str, &str) = ("subject_source", "sub");

/// A list that was read.
pub(super) struct List<'o> {
    written: &'o Written,
    document: Value,
    /// The providers that could be read, with their place in the list.
    tables: Vec<(String, usize, Table)>,
    /// What is wrong with it, and what of it is lost.
    pub(super) findings: Vec<Finding>,
}

impl<'o> List<'o> {
    /// Reads the file; one that says nothing names nobody.
    pub(super) fn read(written: &'o Written) -> Result<Self, Report> {
        let mut list = Self {
            written,
            document: written.json()?,
            tables: Vec::new(),
            findings: Vec::new(),
        };
        match std::mem::take(&mut list.document) {
            Value::Null => {}
            Value::Array(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    list.take(index, entry);
                }
                list.document = Value::Array(entries);
            }
            // Whatever a key of a file beside it names may lie here, such as a provider's own key file.
            Value::Object(_) => list.record(
                Severity::Warning,
                "",
                Vec::new(),
                "it is passed over: an object is no list of providers as in Kratos' configuration"
                    .to_owned(),
            ),
            _ => list.refuse(
                "",
                Vec::new(),
                "a .json file of providers_dir is a list of providers as in Kratos' \
                 configuration; write [ { \"id\": …, \"provider\": … } ]",
            ),
        }
        Ok(list)
    }

    /// The tables by their ids.
    pub(super) fn providers(&self) -> Table {
        let tables = self.tables.iter();
        tables
            .map(|(id, _, table)| (id.clone(), table.clone().into()))
            .collect()
    }

    /// Where a key of ours stands in the list.
    pub(super) fn position(&self, key: &KeyPath) -> Position {
        let [_, id, rest @ ..] = key.0.as_slice() else {
            return Position::Absent;
        };
        let Some((_, index, _)) = self.tables.iter().find(|(known, ..)| known == id) else {
            return Position::Absent;
        };
        let above = format!("/{index}");
        let Some(name) = rest.first() else {
            return Position::Exact(self.line(&above));
        };
        let theirs = KEYS.iter().filter(|(_, meaning)| meaning.writes(name));
        let theirs = theirs.map(|(theirs, _)| format!("{above}/{theirs}"));
        let written = theirs.into_iter().find(|at| self.has(at));
        match written {
            Some(at) => Position::Exact(self.line(&at)),
            None => Position::Around(self.line(&above)),
        }
    }

    fn has(&self, pointer: &str) -> bool {
        self.document.pointer(pointer).is_some()
    }

    fn line(&self, pointer: &str) -> usize {
        json_position::line_of(self.written.text(), pointer)
    }

    fn take(&mut self, index: usize, entry: &Value) {
        let at = format!("/{index}");
        let Some(entry) = entry.as_object() else {
            return self.refuse(&at, vec![index.to_string()], "a provider is an object here");
        };
        let Some(id) = text(entry, "id") else {
            let key = vec![index.to_string(), "id".to_owned()];
            return self.refuse(&at, key, "it is missing; write the provider's id");
        };
        if self.tables.iter().any(|(known, ..)| known == id) {
            let message = "another provider of this list has the same id; keep one of the two";
            return self.refuse(&format!("{at}/id"), vec![id.to_owned()], message);
        }
        let Some(kind) = self.kind(index, id, entry) else {
            return;
        };
        let mut reading = Reading {
            list: self,
            place: (index, id),
            table: Table::new(),
        };
        reading.read(entry, kind);
        let table = reading.table;
        self.tables.push((id.to_owned(), index, table));
    }

    /// The kind that an object is of, where the gateway speaks with it.
    fn kind(&mut self, index: usize, id: &str, entry: &Map<String, Value>) -> Option<ProviderKind> {
        let known: Vec<&str> = KINDS.iter().map(|(theirs, _)| *theirs).collect();
        let problem = match text(entry, "provider") {
            None => format!(
                "it is missing; write \"generic\" for any OpenID provider, or one of {}",
                known.join(", ")
            ),
            Some(word) => {
                let ours = KINDS.iter().find(|(theirs, _)| *theirs == word);
                match ours.and_then(|(_, ours)| ProviderKind::named(ours)) {
                    Some(kind) => return Some(kind),
                    None if FOREIGN.contains(&word) => format!(
                        "nothing here speaks with {word:?}; where it is an OpenID provider, write \
                         \"generic\" and its issuer_url"
                    ),
                    None => format!("{word:?} is not known here; {}", nearest(word, &known)),
                }
            }
        };
        let key = vec![id.to_owned(), "provider".to_owned()];
        self.refuse(&format!("/{index}/provider"), key, &problem);
        None
    }

    fn refuse(&mut self, pointer: &str, key: Vec<String>, message: &str) {
        self.record(Severity::Problem, pointer, key, message.to_owned());
    }

    fn record(&mut self, severity: Severity, pointer: &str, key: Vec<String>, message: String) {
        let key = [vec![PROVIDERS.to_owned()], key].concat();
        self.findings.push(Finding {
            severity,
            place: self.written.line(self.line(pointer)),
            key: KeyPath(key),
            message,
        });
    }
}

/// One object of the list, which becomes a table.
struct Reading<'l, 'o> {
    list: &'l mut List<'o>,
    place: (usize, &'l str),
    table: Table,
}

impl Reading<'_, '_> {
    fn read(&mut self, entry: &Map<String, Value>, kind: ProviderKind) {
        self.table.insert("kind".to_owned(), kind.as_str().into());
        for (name, value) in entry.iter().filter(|(_, value)| !is_nothing(value)) {
            match KEYS.iter().find(|(theirs, _)| theirs == name) {
                Some((_, meaning)) => self.mean(name, meaning, value),
                None => {
                    let known = KEYS.map(|(theirs, _)| theirs);
                    self.problem(name, format!("unknown key; {}", nearest(name, &known)));
                }
            }
        }
        if let Some(mapper) = text(entry, "mapper_url") {
            self.tell_of_mapper(mapper, kind);
        }
        self.complete(kind);
    }

    fn mean(&mut self, name: &str, meaning: &Meaning, value: &Value) {
        match (meaning, value) {
            (Meaning::Apart, Value::String(_)) => {}
            (Meaning::Text(ours), Value::String(text)) => self.write(ours, text.as_str()),
            (Meaning::Texts(ours), Value::Array(list)) if list.iter().all(Value::is_string) => {
                let texts = list.iter().filter_map(Value::as_str).map(str::to_owned);
                self.write(ours, texts.collect::<Vec<_>>());
            }
            (Meaning::Word(words), Value::String(word)) => self.say(name, word, words),
            (Meaning::Lost(why), _) => self.lose(name, why),
            (Meaning::Texts(_), _) => self.problem(name, "a list of texts is needed".to_owned()),
            _ => self.problem(name, "a text is needed".to_owned()),
        }
    }

    fn say(&mut self, name: &str, word: &str, words: &[(&'static str, Said)]) {
        match words.iter().find(|(known, _)| *known == word) {
            Some((_, Said::Nothing)) => {}
            Some((_, Said::Text(ours, text))) => self.write(ours, *text),
            Some((_, Said::Truth(ours, truth))) => self.write(ours, *truth),
            Some((_, Said::Lost(why))) => self.lose(name, why),
            None => {
                let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
                let message = format!("{word:?} is not known here; {}", nearest(word, &known));
                self.problem(name, message);
            }
        }
    }

    /// What Kratos adds by itself.
    fn complete(&mut self, kind: ProviderKind) {
        let is_openid = kind.preset().is_openid();
        if let Some(scopes) = self.table.get_mut("scopes").filter(|_| is_openid)
            && let Some(scopes) = scopes.as_array_mut()
            && !scopes.iter().any(|scope| scope.as_str() == Some("openid"))
        {
            scopes.insert(0, "openid".into());
        }
        let (name, word) = SUBJECT_SOURCE;
        if kind.as_str() == "microsoft" && !self.table.contains_key(name) {
            self.write(name, word);
        }
    }

    /// A mapper could be any program: it is not run, and whoever wrote it has to know, above all where
    /// it kept people out.
    fn tell_of_mapper(&mut self, mapper: &str, kind: ProviderKind) {
        let which = which(mapper);
        let traits: Vec<&str> = kind.preset().map.keys().map(String::as_str).collect();
        let why = format!(
            "{which} is not run: where it refused people, nobody is refused now; the claims of kind {:?} become \
             the traits {} as always; a table in a .toml file says whom to admit (allow_domains, require_claims)",
            kind.as_str(),
            traits.join(", ")
        );
        self.record(Severity::Warning, "mapper_url", why);
    }

    fn write(&mut self, name: &str, value: impl Into<toml::Value>) {
        self.table.insert(name.to_owned(), value.into());
    }

    fn lose(&mut self, name: &str, why: &str) {
        self.record(Severity::Warning, name, format!("it does nothing: {why}"));
    }

    fn problem(&mut self, name: &str, message: String) {
        self.record(Severity::Problem, name, message);
    }

    fn record(&mut self, severity: Severity, name: &str, message: String) {
        let (index, id) = self.place;
        let pointer = format!("/{index}/{}", name.replace('~', "~0").replace('/', "~1"));
        let key = vec![id.to_owned(), name.to_owned()];
        self.list.record(severity, &pointer, key, message);
    }
}

impl Meaning {
    /// Whether it is what writes this key of ours.
    fn writes(&self, name: &str) -> bool {
        match self {
            Self::Text(ours) | Self::Texts(ours) => *ours == name,
            Self::Word(words) => words.iter().any(|(_, said)| match said {
                Said::Text(ours, _) | Said::Truth(ours, _) => *ours == name,
                Said::Nothing | Said::Lost(_) => false,
            }),
            Self::Apart | Self::Lost(_) => false,
        }
    }
}

/// Which mapper it is, without what may be a secret in its address.
fn which(mapper: &str) -> String {
    let address = Url::parse(mapper)
        .ok()
        .filter(|url| url.scheme() != "base64");
    match address {
        Some(url) => format!(
            "the Jsonnet mapper {}://{}{}",
            url.scheme(),
            url.host_str().unwrap_or_default(),
            url.path()
        ),
        None => "the Jsonnet mapper that stands here".to_owned(),
    }
}

fn text<'e>(entry: &'e Map<String, Value>, name: &str) -> Option<&'e str> {
    let text = entry.get(name)?.as_str()?;
    Some(text).filter(|text| !text.is_empty())
}

/// Programs that write such lists write every key, those without a value too.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
