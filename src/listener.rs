//! Where requests come in: sockets, and the one reading of each request's head that everything
//! after it relies on.

pub mod canonical;
pub mod clean;
pub mod client;
pub mod cookie;
pub mod endpoint;
mod front;
pub mod head;
pub mod http2;
pub mod in_process;
pub mod limits;
pub mod origin;
pub(crate) mod parting;
pub mod request_id;
pub mod server;
mod socket_file;
pub mod stop;
pub mod turn_away;
mod turns;
mod wire;
pub(crate) mod write;
