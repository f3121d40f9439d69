//! Finding members by name, and the names close to one that is not known, for `help:` lines.

use super::ModuleError;
use crate::Result;

/// How many names a message lists.
const LISTED: usize = 3;

/// The names nearest to `wanted`, best first; equally near ones stay in their order.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut ranked: Vec<(usize, &str)> = names
        .into_iter()
        .map(|name| (distance(wanted, name), name))
        .collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked.dedup_by_key(|(_, name)| *name);
    let nearest = ranked.into_iter().take(LISTED);
    nearest.map(|(_, name)| name.to_owned()).collect()
}

/// The number of characters to insert, delete or replace (Levenshtein), the case ignored.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// For messages: `a`, `b` or `c`, each in backquotes; empty if there is none.
pub(crate) fn or_list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((one, [])) => one.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// The member at `path`, or an error with the nearest paths.
pub(crate) fn find<T: Copy>(
    model: &'static str,
    kind: &'static str,
    path: &str,
    members: Vec<(String, T)>,
) -> Result<T> {
    if let Some((_, found)) = members.iter().find(|(name, _)| name == path) {
        return Ok(*found);
    }
    let names = members.iter().map(|(name, _)| name.as_str());
    let nearest = nearest(path, names.filter(|name| !name.is_empty()));
    Err(ModuleError::NoSuchName {
        model,
        kind,
        path: path.to_owned(),
        nearest,
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        let names = ["features.0.weight", "fc1.weight", "fc2.weight", "fc1.bias"];
        let found = nearest("fc1.weigth", names);
        assert_eq!(found, ["fc1.weight", "fc2.weight", "fc1.bias"]);
        assert_eq!((distance("", "abc"), distance("kitten", "Sitting")), (3, 3));
        assert_eq!(or_list(&found[..2]), "`fc1.weight` or `fc2.weight`");
        assert_eq!(or_list(&[]), "");
    }
}
