//! What is told once a session has ended by a person's own deed, or by whoever acted in it.

use portcullis_core::{
    event::Event,
    identity::Identity,
    impersonation::{Ender, tell_of_end, tell_of_ends},
    pages::Visitor,
    session::{Acting, Session, Stopped},
};

use crate::desk::Desk;

/// Tells that this session has ended by whoever was in it: an administrator, or the person themselves.
pub(crate) async fn tell(desk: &Desk, visitor: &Visitor, session: &Session) {
    told(desk, session, |acting| Ender::acting(acting, visitor)).await;
}

/// Tells that its owner has ended this session from another one; an administrator may have acted in it.
pub(crate) async fn tell_of_other(
    desk: &Desk,
    (visitor, owner): (&Visitor, &Identity),
    session: &Session,
) {
    told(desk, session, |_| Ender::owner(owner, visitor)).await;
}

/// Tells of those who acted in sessions that their owner has ended together from another one.
pub(crate) async fn tell_of_others(
    desk: &Desk,
    (visitor, owner): (&Visitor, &Identity),
    stopped: &[Stopped],
) {
    let ender = Ender::owner(owner, visitor);
    tell_of_ends(&desk.services, stopped, &ender).await;
}

async fn told(desk: &Desk, session: &Session, ender: impl FnOnce(&Acting) -> Ender) {
    let identity = session.identity_id;
    let Some(acting) = &session.acting else {
        let session = session.id;
        let ended = Event::SignedOut { identity, session };
        return desk.services.announcer.announce(&ended);
    };
    let ender = ender(acting);
    tell_of_end(&desk.services, (identity, &acting.actor), ender).await;
}
