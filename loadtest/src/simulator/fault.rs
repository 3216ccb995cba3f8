//! Faults on order: the next N calls fail in a chosen way.

use rand::Rng;
use serde::{Deserialize, Serialize};

/// Faults waiting at the same time; more is a mistake of the caller.
pub const MAX_FAULTS: usize = 1_000;

/// An order to fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default)]
    pub on: Operation,
    /// How many calls; until it is cleared when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// Of the calls that match, this share fails.
    #[serde(default = "always")]
    pub share: f64,
    #[serde(default)]
    pub phone_number_id: Option<String>,
    /// Only sends to this user (digits or user id).
    #[serde(default)]
    pub to: Option<String>,
    pub what: Misbehaviour,
}

/// Which call fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    #[default]
    Send,
    MarkRead,
    MediaUpload,
    MediaAddress,
    MediaDownload,
    Templates,
    Number,
}

/// How it fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Misbehaviour {
    /// A proper error answer.
    Code { code: i64, http: Option<u16> },
    /// An HTML page of a proxy.
    Http { status: u16 },
    /// The connection is cut before anything happens.
    ResetBefore,
    /// The message is accepted, then the connection is cut without an answer.
    ResetAfter,
    /// The answer takes this long.
    Delay { ms: u64 },
    /// 200 now, `failed` with this code later.
    FailLater { code: i64 },
}

impl Fault {
    /// The next `times` sends fail like this.
    pub const fn on_sends(times: u32, what: Misbehaviour) -> Self {
        Self {
            on: Operation::Send,
            times: Some(times),
            share: 1.0,
            phone_number_id: None,
            to: None,
            what,
        }
    }
}

const fn always() -> f64 {
    1.0
}

/// The orders that still stand.
#[derive(Debug, Default)]
pub struct Faults {
    orders: Vec<Fault>,
}

impl Faults {
    /// Adds an order; false when there are too many.
    pub fn add(&mut self, fault: Fault) -> bool {
        if self.orders.len() >= MAX_FAULTS {
            return false;
        }
        self.orders.push(fault);
        true
    }

    /// Forgets all orders.
    pub fn clear(&mut self) {
        self.orders.clear();
    }

    /// The orders that still stand.
    pub fn list(&self) -> &[Fault] {
        &self.orders
    }

    /// What goes wrong with this call, if anything; the order is used up by it.
    pub fn draw(
        &mut self,
        on: Operation,
        phone_number_id: &str,
        to: Option<&str>,
        rng: &mut impl Rng,
    ) -> Option<Misbehaviour> {
        let index = self.orders.iter().position(|order| {
            order.on == on
                && order
                    .phone_number_id
                    .as_deref()
                    .is_none_or(|id| id == phone_number_id)
                && (order.to.is_none() || order.to.as_deref() == to)
                && (order.share >= 1.0 || rng.random_bool(order.share.clamp(0.0, 1.0)))
        })?;
        let order = &mut self.orders[index];
        let what = order.what.clone();
        if let Some(left) = &mut order.times {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.orders.remove(index);
            }
        }
        Some(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn an_order_is_used_up_by_the_calls_it_was_made_for() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut faults = Faults::default();
        let mut order = Fault::on_sends(2, Misbehaviour::ResetAfter);
        order.to = Some("1555".into());
        faults.add(order);
        assert_eq!(
            faults.draw(Operation::Send, "1", Some("1999"), &mut rng),
            None
        );
        for _ in 0..2 {
            assert_eq!(
                faults.draw(Operation::Send, "1", Some("1555"), &mut rng),
                Some(Misbehaviour::ResetAfter)
            );
        }
        assert_eq!(
            faults.draw(Operation::Send, "1", Some("1555"), &mut rng),
            None
        );
    }
}
