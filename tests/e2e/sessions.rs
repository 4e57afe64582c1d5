//! Sessions: their cookie, their end, and what happens when a store goes away.

mod cookie;
mod end;
mod several_nodes;
mod stores_away;
mod warm;
