//! The groups of a document, in which forms show attributes together.

use serde::Serialize;
use serde_json::{Value, json};

use super::{PROFILE, attributes, root, root_mut, set, settings::Trouble};

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

/// The attributes that are shown in a group; those described elsewhere by their place in the document.
pub(crate) fn members_of(document: &Value, name: &str) -> Vec<String> {
    let all = attributes(document).into_iter();
    let own = all.filter(|one| one.settings.get("group").is_some_and(|group| group == name));
    let mut members: Vec<String> = own.map(|one| one.path).collect();
    let definitions = document["definitions"].as_object().into_iter().flatten();
    let elsewhere = definitions.filter(|(_, schema)| names(schema, name));
    members.extend(elsewhere.map(|(definition, _)| format!("/definitions/{definition}")));
    members
}

fn names(schema: &Value, group: &str) -> bool {
    match schema {
        Value::Object(members) => {
            schema[PROFILE]["group"] == group || members.values().any(|one| names(one, group))
        }
        Value::Array(items) => items.iter().any(|one| names(one, group)),
        _ => false,
    }
}

/// A group that a change would take from attributes which are still shown in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Kept {
    /// What attributes call it.
    pub(crate) name: String,
    /// The attributes.
    pub(crate) attributes: Vec<String>,
}

/// The groups that one document declares and another does not, while attributes of that are shown in
/// them.
pub(crate) fn lost(before: &Value, after: &Value) -> Vec<Kept> {
    let declared = groups(after);
    let stays = |group: &Group| declared.iter().any(|one| one.name == group.name);
    let gone = groups(before).into_iter().filter(|group| !stays(group));
    let kept = gone.map(|group| Kept {
        attributes: members_of(after, &group.name),
        name: group.name,
    });
    kept.filter(|group| !group.attributes.is_empty()).collect()
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
    let members = members_of(document, name);
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
