//! What people can be made to do, by name.

use portcullis_core::action::Action;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::doc::schema;

/// The name of something that people can be made to do; which are switched on, the configuration says.
pub(crate) struct ActionAlias;

impl PartialSchema for ActionAlias {
    fn schema() -> RefOr<Schema> {
        let all = Action::ALL.iter().copied();
        // Nobody is made to delete their account.
        let all = all.filter(|action| *action != Action::DeleteAccount);
        schema::word(all.map(Action::alias)).into()
    }
}

impl ToSchema for ActionAlias {}
