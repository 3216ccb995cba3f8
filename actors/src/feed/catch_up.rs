//! How sockets that come back hear what they missed. Those of one organization share the reading, so a crowd
//! that comes back together asks the database once.

use std::collections::HashSet;
use std::sync::Arc;

use actix::fut::wrap_future;
use actix::{ActorFutureExt, AsyncContext, Context};

use crate::event::{Cursor, Envelope};
use crate::feed::channel::Channel;
use crate::feed::encode::{Encoded, missed_frames};
use crate::feed::seat::SocketId;
use crate::feed::{CHECK, Feed, PAGE, frame};
use crate::figure;
use crate::model::ids::OrganizationId;
use crate::ports::store::StoreError;

/// Who missed more events of the organization loads again.
const MAX_MISSED: i64 = 20_000;

/// The store failed so often in a row, for twenty seconds: whoever waits for it loads again, perhaps elsewhere.
const MOST_FAILURES: u32 = 13;

/// Reading that does not come to an end is given up.
const MAX_PAGES: usize = 100;

/// A reading of what was missed.
struct Scan {
    organization: OrganizationId,
    /// Who waited for it when it began.
    waiting: HashSet<SocketId>,
    from: i64,
    missed: Vec<Arc<Envelope>>,
    /// The number of the last event that was read.
    last: i64,
}

impl Feed {
    /// Reads what is missed by those who wait for it, unless that is being done.
    pub(super) fn catch_up(&mut self, organization: OrganizationId, ctx: &mut Context<Self>) {
        let Some(channel) = self.channels.get(&organization) else {
            return;
        };
        if channel.scanning || channel.rests {
            return;
        }
        let oldest = channel.head() - MAX_MISSED;
        let mut from: Option<i64> = None;
        let mut waiting = HashSet::new();
        for (socket, owed) in self.waiting(organization) {
            if owed < oldest {
                self.give_up_catching_up(socket, "too much was missed");
            } else {
                from = Some(from.map_or(owed, |from| from.min(owed)));
                waiting.insert(socket);
            }
        }
        if let Some(from) = from {
            let missed = Vec::new();
            let last = from;
            self.scan(
                Scan {
                    organization,
                    waiting,
                    from,
                    missed,
                    last,
                },
                ctx,
            );
        }
    }

    /// Tells what was missed up to the head and is still at hand.
    pub(super) fn tell_recent(&mut self, socket: SocketId, missed: &[Arc<Envelope>], end: Cursor) {
        let Some(seat) = self.seats.get_mut(&socket) else {
            return;
        };
        let Some(channel) = self.channels.get(&seat.organization) else {
            return;
        };
        let mut missed = Encoded::new(missed, self.ports.media.as_ref());
        let Some(frames) = missed_frames(seat, &mut missed, end) else {
            return self.give_up_catching_up(socket, "too much was missed");
        };
        seat.told_events(channel.head());
        seat.floor = seat.floor.max(end.seq);
        if !frames.into_iter().all(|text| seat.write(text)) {
            self.cut(&[socket]);
        }
    }

    /// Sockets that catch up, and from where.
    fn waiting(&self, organization: OrganizationId) -> Vec<(SocketId, i64)> {
        let members = self
            .channels
            .get(&organization)
            .into_iter()
            .flat_map(Channel::members);
        members
            .filter_map(|socket| Some((socket, self.seats.get(&socket)?)))
            .filter(|(_, seat)| seat.catching_up)
            .map(|(socket, seat)| (socket, seat.owed_from()))
            .collect()
    }

    fn scan(&mut self, scan: Scan, ctx: &mut Context<Self>) {
        let organization = scan.organization;
        if let Some(channel) = self.channels.get_mut(&organization) {
            channel.scanning = true;
        }
        let store = Arc::clone(&self.ports.store);
        let read = read(store, scan);
        ctx.spawn(wrap_future::<_, Self>(read).map(move |read, feed, ctx| {
            let Some(channel) = feed.channels.get_mut(&organization) else {
                return;
            };
            channel.scanning = false;
            channel.failed_scans = match read {
                Err(_) if channel.failed_scans < MOST_FAILURES => channel.failed_scans + 1,
                _ => 0,
            };
            channel.rests = channel.failed_scans > 0;
            match read {
                Ok(Some(scan)) => {
                    let scan = feed.with_recent(scan, ctx);
                    let head = feed.channels.get(&organization).map_or(0, Channel::head);
                    if head > scan.last {
                        return feed.scan(scan, ctx);
                    }
                    feed.tell_missed(&scan);
                }
                Ok(None) => feed.tell_all_to_reload(organization, "too much was missed"),
                Err(error) if channel.rests => {
                    tracing::warn!(%error, "missed events can't be read now");
                    ctx.run_later(CHECK, move |feed, ctx| {
                        if let Some(channel) = feed.channels.get_mut(&organization) {
                            channel.rests = false;
                        }
                        feed.catch_up(organization, ctx);
                    });
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "missed events can't be read");
                    feed.tell_all_to_reload(organization, "missed events can't be read");
                }
            }
            // Who came meanwhile and missed more has not been told.
            feed.catch_up(organization, ctx);
        }));
    }

    /// What others were told since the reading ended, as far as it is at hand: where much comes, a reading of it would find
    /// more each time and never be the last one.
    fn with_recent(&mut self, mut scan: Scan, ctx: &mut Context<Self>) -> Scan {
        self.flush(scan.organization, ctx);
        if let Some(channel) = self.channels.get(&scan.organization)
            && channel.head() > scan.last
            && let Some(recent) = channel.recent_since(scan.last, None)
        {
            scan.missed.extend(recent);
            scan.last = channel.head();
        }
        scan
    }

    fn tell_missed(&mut self, scan: &Scan) {
        let links = Arc::clone(&self.ports.media);
        // A crowd that comes back together missed the same: each event is written once.
        let mut missed = Encoded::new(&scan.missed, links.as_ref());
        for (socket, owed) in self.waiting(scan.organization) {
            let channel = self.channels.get(&scan.organization);
            let (Some(channel), Some(seat)) = (channel, self.seats.get_mut(&socket)) else {
                continue;
            };
            if owed < scan.from {
                continue;
            }
            // The topic that it looks at last may have a place of its own.
            if seat.topics.iter().any(|held| held.told > scan.last) {
                // Who came while this was read may have heard more on another node than was there then.
                if !scan.waiting.contains(&socket) {
                    continue;
                }
                self.give_up_catching_up(socket, "the cursor is from another time");
                continue;
            }
            let end = channel.at(channel.told_with_rows(seat, scan.last));
            let Some(frames) = missed_frames(seat, &mut missed, end) else {
                self.give_up_catching_up(socket, "too much was missed");
                continue;
            };
            seat.catching_up = false;
            seat.told_events(scan.last);
            seat.floor = seat.floor.max(end.seq);
            if !frames.into_iter().all(|text| seat.write(text)) {
                self.cut(&[socket]);
            }
        }
    }

    fn tell_all_to_reload(&mut self, organization: OrganizationId, reason: &'static str) {
        for (socket, _) in self.waiting(organization) {
            self.give_up_catching_up(socket, reason);
        }
    }

    /// The socket's client has to load again; from here on it hears everything.
    pub(super) fn give_up_catching_up(&mut self, socket: SocketId, reason: &'static str) {
        let Some(seat) = self.seats.get_mut(&socket) else {
            return;
        };
        let Some(channel) = self.channels.get(&seat.organization) else {
            return;
        };
        metrics::counter!(figure::FEED_RELOADS_TOTAL).increment(1);
        seat.catching_up = false;
        seat.begin_again_at(channel.head());
        let text = frame::reload(reason, channel.cursor());
        self.send(socket, text);
    }
}

/// Reads on to the end; None when the tail is no longer kept or grew too long.
async fn read(
    store: Arc<dyn crate::ports::store::Store>,
    mut scan: Scan,
) -> Result<Option<Scan>, StoreError> {
    for _ in 0..MAX_PAGES {
        let page = store
            .events_since(scan.organization, scan.last, PAGE)
            .await?;
        let Some(page) = page else {
            return Ok(None);
        };
        let full = page.len() >= PAGE as usize;
        scan.last = page.last().map_or(scan.last, |event| event.seq);
        scan.missed.extend(page);
        if scan.last - scan.from > 2 * MAX_MISSED {
            return Ok(None);
        }
        if full {
            continue;
        }
        if scan.missed.is_empty() {
            // Nothing came, or the place lies beyond the end: the head tells.
            let head = store.head(scan.organization).await?;
            if head.seq > scan.last {
                continue;
            }
            scan.last = head.seq;
        }
        return Ok(Some(scan));
    }
    Ok(None)
}
