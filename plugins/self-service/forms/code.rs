//! The buttons and fields of codes by mail that people sign in with.

use portcullis_core::{message::Message, ui::Node};

use super::mailed::six_digits;
use crate::{csrf, desk::Desk, start};

/// The method's name, its nodes' group and the field the code is typed into.
pub(crate) const CODE: &str = "code";
/// The button that asks for another code.
pub(crate) const RESEND: &str = "resend";

/// Whether one can sign in with nothing but a code here.
pub(crate) fn is_offered(desk: &Desk) -> bool {
    desk.config.passwordless_code && desk.services.mailer.is_configured()
}

/// The button that asks for a code.
pub(crate) fn ask() -> Node {
    Node::submit(CODE, "method", CODE, Message::send_code())
}

/// The form that takes a code; other ways, those of these groups, stay below it as they are.
pub(crate) fn form(before: Vec<Node>, stays: impl Fn(&str) -> bool) -> Vec<Node> {
    let stays = |node: &Node| {
        node.group != CODE && node.attributes.name != csrf::FIELD && stays(&node.group)
    };
    let code = six_digits(CODE, Message::login_code());
    let buttons = [
        Node::submit(CODE, "method", CODE, Message::go_on()),
        Node::submit(CODE, RESEND, CODE, Message::resend_code()),
    ];
    let before = before.into_iter().filter(stays);
    // Whoever has just asked for a code is about to type it.
    let first = std::iter::once(code).chain(buttons);
    start::arrange(first.chain(before).collect())
}
