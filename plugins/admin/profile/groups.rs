//! The groups of a document, in which forms show attributes together.

use portcullis_core::schema::groups::members;
use serde_json::{Value, json};

use super::{PROFILE, root, root_mut, set, settings::Trouble};

/// A group as the document declares it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Group {
    /// What attributes call it.
    pub(crate) name: String,
    /// What forms write above it.
    pub(crate) header: String,
    /// What they write below that.
    pub(crate) description: String,
}

/// Every group in the order of the document.
pub(crate) fn groups(document: &Value) -> Vec<Group> {
    let all = root(document)[PROFILE]["groups"].as_array();
    let text = |group: &Value, name: &str| group[name].as_str().unwrap_or_default().to_owned();
    let group = |group: &Value| Group {
        name: text(group, "name"),
        header: text(group, "display_header"),
        description: text(group, "display_description"),
    };
    all.into_iter().flatten().map(group).collect()
}

/// Declares a group, or with `is_new` unset changes what is written of it.
pub(crate) fn change_group(
    document: &mut Value,
    group: &Group,
    is_new: bool,
) -> Result<(), Vec<Trouble>> {
    let name = &*group.name;
    let is_odd = name.is_empty() || name.len() > 64 || name.contains(char::is_control);
    if is_new && is_odd {
        return Err(vec![("name", "A group has a name of up to 64 characters.")]);
    }
    let root = root_mut(document);
    let mut all = root[PROFILE]["groups"].as_array().cloned();
    let all = all.get_or_insert_default();
    let place = all.iter().position(|own| own["name"] == name);
    let place = match (place, is_new) {
        (Some(_), true) => return Err(vec![("name", "There is a group of this name already.")]),
        (None, false) => return Err(vec![("name", "There is no such group any more.")]),
        (Some(place), false) => place,
        (None, true) => {
            all.push(json!({ "name": name }));
            all.len() - 1
        }
    };
    let Some(own) = all.get_mut(place) else {
        return Ok(());
    };
    let texts = [
        ("display_header", &group.header),
        ("display_description", &group.description),
    ];
    for (member, text) in texts {
        let text = text.trim();
        let stands = own[member].as_str().unwrap_or_default();
        if text != stands {
            set(own, &[member], (!text.is_empty()).then(|| text.into()));
        }
    }
    let new = std::mem::take(all);
    set(root, &[PROFILE, "groups"], Some(Value::Array(new)));
    Ok(())
}

/// Removes a group that no attribute is shown in; else the attributes that are.
pub(crate) fn remove_group(document: &mut Value, name: &str) -> Result<(), Vec<String>> {
    let members = members(document, name);
    if !members.is_empty() {
        return Err(members);
    }
    let root = root_mut(document);
    let mut all = groups_of(root);
    all.retain(|own| own["name"] != name);
    let new = (!all.is_empty()).then_some(Value::Array(all));
    set(root, &[PROFILE, "groups"], new);
    Ok(())
}

fn groups_of(root: &Value) -> Vec<Value> {
    let all = root[PROFILE]["groups"].as_array();
    all.cloned().unwrap_or_default()
}
