//! The providers of all sources - configuration, drop-in files, run time - as one registry, which
//! is swapped as a whole when one of the sources changes.

mod absence;
mod administration;
mod departure;
mod keeper;
mod leaving;
mod lockout;
mod roster;
mod stamp;
mod table;
mod watch;

pub(crate) use self::{
    administration::Administration,
    departure::Departures,
    keeper::{CannotBegin, Keeper, KeeperParts},
    roster::Roster,
    stamp::{Looks, looks},
    table::Tables,
    watch::watch,
};
