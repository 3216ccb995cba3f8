//! What the hub writes, in the languages of its pages.

/// A letter, before it has a reader.
pub struct Letter {
    pub subject: String,
    pub text: String,
}

/// Invites somebody into an organization, in the language of whoever invites.
pub fn invitation(language: Option<&str>, by: &str, organization: &str, url: &str) -> Letter {
    let (by, organization) = (one_line(by), one_line(organization));
    match language {
        Some("es") => Letter {
            subject: format!("{by} te invita a {organization}"),
            text: format!(
                "{by} te invita a trabajar en {organization}.\n\nAbre este enlace en los próximos siete días para elegir tu contraseña:\n\n{url}\n\nSi no esperabas esta invitación, no hagas nada.\n"
            ),
        },
        Some("pt") => Letter {
            subject: format!("{by} convida você para {organization}"),
            text: format!(
                "{by} convida você para trabalhar em {organization}.\n\nAbra este link nos próximos sete dias para escolher a sua senha:\n\n{url}\n\nSe não esperava este convite, não faça nada.\n"
            ),
        },
        Some("ar") => Letter {
            subject: format!("{by} يدعوك إلى {organization}"),
            text: format!(
                "{by} يدعوك إلى العمل في {organization}.\n\nافتح هذا الرابط خلال سبعة أيام لاختيار كلمة المرور:\n\n{url}\n\nإذا لم تكن تتوقع هذه الدعوة فلا تفعل شيئًا.\n"
            ),
        },
        _ => Letter {
            subject: format!("{by} invites you to {organization}"),
            text: format!(
                "{by} invites you to work in {organization}.\n\nOpen this link within seven days to choose your password:\n\n{url}\n\nIf you did not expect this, there is nothing to do.\n"
            ),
        },
    }
}

/// Gives somebody a link to a new password, in their language.
pub fn new_password(language: Option<&str>, url: &str) -> Letter {
    match language {
        Some("es") => Letter {
            subject: "Tu nueva contraseña".to_owned(),
            text: format!(
                "Alguien, probablemente tú, pidió una nueva contraseña.\n\nAbre este enlace en los próximos 30 minutos para elegirla:\n\n{url}\n\nSi no fuiste tú, no hagas nada: tu contraseña sigue siendo la misma.\n"
            ),
        },
        Some("pt") => Letter {
            subject: "A sua nova senha".to_owned(),
            text: format!(
                "Alguém, provavelmente você, pediu uma nova senha.\n\nAbra este link nos próximos 30 minutos para escolhê-la:\n\n{url}\n\nSe não foi você, não faça nada: a sua senha continua a mesma.\n"
            ),
        },
        Some("ar") => Letter {
            subject: "كلمة مرورك الجديدة".to_owned(),
            text: format!(
                "طلب أحدهم، وعلى الأرجح أنت، كلمة مرور جديدة.\n\nافتح هذا الرابط خلال 30 دقيقة لاختيارها:\n\n{url}\n\nإذا لم تكن أنت فلا تفعل شيئًا: كلمة مرورك تبقى كما هي.\n"
            ),
        },
        _ => Letter {
            subject: "Your new password".to_owned(),
            text: format!(
                "Somebody, probably you, asked for a new password.\n\nOpen this link within 30 minutes to choose it:\n\n{url}\n\nIf it was not you, there is nothing to do: your password stays as it is.\n"
            ),
        },
    }
}

/// A name that somebody wrote: it must not begin lines of its own.
fn one_line(name: &str) -> String {
    let plain = name.chars().filter(|letter| !letter.is_control());
    plain.collect()
}
