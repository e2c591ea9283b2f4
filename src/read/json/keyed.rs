//! Maps whose members are the rows, named by serial number or id: `{"C02…": {…}, "F2L…": {…}}`.

use super::scan::{Members, Scanner};
use super::shape::{Class, Trust, classify, is_identity};

/// So many rows of a map are compared with the first.
const MAX_COMPARED: usize = 16;

/// Whether an object holds one row a member, by serial number or id: the names look like ids and the rows like one another.
pub(super) fn is_map(scan: Scanner<'_>, members: &Members<'_>, objects: &[usize], depth: usize) -> bool {
    let at = |index: &usize| members.list.get(*index);
    let ids = objects.iter().filter_map(at).all(|member| is_id(&member.key));
    let Some(first) = objects.first().and_then(at).filter(|_| ids) else { return false };
    let inner = scan.members(first.start, is_identity);
    if classify(scan, &inner, Trust::Any, depth + 1) != Class::Row {
        return false;
    }
    let names = |start: usize| -> Vec<String> {
        scan.members(start, |_| false).list.into_iter().map(|member| member.key.into_owned()).collect()
    };
    let known = names(first.start);
    let rest: Vec<_> = objects.iter().skip(1).take(MAX_COMPARED).filter_map(at).collect();
    let alike = rest.iter().filter(|member| names(member.start).iter().any(|name| known.contains(name))).count();
    alike * 2 >= rest.len() && (!rest.is_empty() || inner.identity)
}

/// Whether a name is a serial number or an id rather than a word.
fn is_id(name: &str) -> bool {
    const SHORTEST: usize = 6;
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let plain =
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'{' | b'}'));
    plain && digits > 0 && (digits == name.len() || name.len() >= SHORTEST)
}
