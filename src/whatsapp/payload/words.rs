//! What a person reads of a message, by its type.

use serde_json::value::RawValue;

use super::loose::{Object, list};

/// Types that are shown by their own object.
pub fn is_known(kind: &str) -> bool {
    has_file(kind)
        || matches!(
            kind,
            "text" | "location" | "contacts" | "button" | "interactive" | "order"
        )
}

/// Types whose object names a file.
pub fn has_file(kind: &str) -> bool {
    matches!(
        kind,
        "image" | "video" | "audio" | "voice" | "document" | "sticker"
    )
}

/// The words of a known type's object. None: the object is not what its type promises.
pub fn read(kind: &str, raw: &RawValue) -> Option<Option<String>> {
    if kind == "contacts" {
        return Some(cards(&list(raw)?));
    }
    let object = Object::read(raw)?;
    Some(match kind {
        "text" => Some(object.raw("body").and_then(|_| object.text("body"))?),
        "location" => {
            let position = (object.word("latitude")?, object.word("longitude")?);
            let name = object.text("name").or_else(|| object.text("address"));
            Some(name.unwrap_or_else(|| format!("{}, {}", position.0, position.1)))
        }
        "button" => object.text("text").or_else(|| object.text("payload")),
        "interactive" => interactive(&object),
        "order" => order(&object),
        "image" | "video" | "document" => object.text("caption"),
        _ => None,
    })
}

/// The names on contact cards, `, ` between them.
fn cards(cards: &[&RawValue]) -> Option<String> {
    let names: Vec<String> = cards
        .iter()
        .filter_map(|card| Object::read(card))
        .filter_map(|card| card_name(&card))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn card_name(card: &Object<'_>) -> Option<String> {
    let name = card.object("name");
    let full = name.as_ref().and_then(|name| name.text("formatted_name"));
    full.or_else(|| {
        let name = name?;
        let parts: Vec<_> = ["first_name", "last_name"]
            .iter()
            .filter_map(|key| name.word(key))
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
    .or_else(|| card.object("org")?.text("company"))
    .or_else(|| Object::read(card.list("phones")?.first()?)?.text("phone"))
}

/// What was tapped, chosen or filled in.
fn interactive(interactive: &Object<'_>) -> Option<String> {
    let kind = interactive.word("type")?;
    let reply = interactive.object(&kind)?;
    match &*kind {
        "button_reply" | "list_reply" => reply.text("title").or_else(|| reply.text("id")),
        "nfm_reply" => reply.text("body").or_else(|| reply.text("name")),
        "call_permission_reply" => reply.text("response"),
        _ => reply.text("title").or_else(|| reply.text("body")),
    }
}

/// What was ordered: the note, then `2 × SHIRT, 1 × MUG (35.50 EUR)`.
fn order(order: &Object<'_>) -> Option<String> {
    let items: Vec<Object<'_>> = order
        .list("product_items")
        .unwrap_or_default()
        .into_iter()
        .filter_map(Object::read)
        .collect();
    let named: Vec<String> = items
        .iter()
        .filter_map(|item| {
            let product = item.word("product_retailer_id")?;
            let quantity = item.word("quantity").unwrap_or("1".into());
            Some(format!("{quantity} × {product}"))
        })
        .collect();
    let mut lines: Vec<String> = order.text("text").into_iter().collect();
    if !named.is_empty() {
        let total = total(&items).map_or_else(String::new, |total| format!(" ({total})"));
        lines.push(format!("{}{total}", named.join(", ")));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The sum of the items when all have a price in one currency.
fn total(items: &[Object<'_>]) -> Option<String> {
    let number = |item: &Object<'_>, key| item.word(key)?.trim().parse::<f64>().ok();
    let currency = items.first()?.text("currency")?;
    let mut sum = 0.0;
    for item in items {
        if item.word("currency")? != currency {
            return None;
        }
        sum += number(item, "item_price")? * number(item, "quantity").unwrap_or(1.0);
    }
    sum.is_finite().then(|| format!("{sum:.2} {currency}"))
}
