//! Writing a file so that it is never half written.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::Builder;

use crate::{Error, Result};

/// Writes a file aside and puts it in its place at once: whoever opens `path`, even after a crash, finds the old content or
/// all of the new one.
///
/// `write` fills a temporary file in the same directory, which is synchronised with the disk and renamed. An existing file keeps
/// its permissions; of a symbolic link, the file that it leads to is replaced.
///
/// # Errors
/// [`Error::Io`] if the file can't be written, or the error of `write`; what was there before is then left as it was.
///
/// # Example
/// ```
/// use taper::io::write_atomic;
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("notes.txt");
/// write_atomic(&path, |file| file.write_all(b"done"))?;
/// assert_eq!(std::fs::read_to_string(&path)?, "done");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_atomic(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let path = path.as_ref();
    replace(path, write).map_err(|source| Error::Io {
        path: path.to_path_buf(),
        source,
    })
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link stays one.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let mut builder = Builder::new();
    builder.prefix(".taper-");
    let existing = fs::metadata(&target).ok().map(|found| found.permissions());
    if let Some(permissions) = existing.clone().or_else(usual_permissions) {
        builder.permissions(permissions);
    }
    fs::metadata(&folder)?; // its error doesn't name the temporary file
    let temporary = builder.tempfile_in(&folder)?;
    // What the process's mask took away on creation.
    if let Some(permissions) = existing {
        temporary.as_file().set_permissions(permissions)?;
    }
    let mut buffered = BufWriter::with_capacity(1 << 20, temporary.as_file());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    temporary.as_file().sync_all()?;
    temporary.persist(&target).map_err(|error| error.error)?;
    sync_folder(&folder);
    Ok(())
}

/// Those of an ordinary new file, from which the process's mask is taken; a temporary one would be readable by its owner alone.
fn usual_permissions() -> Option<Permissions> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Some(Permissions::from_mode(0o666))
    }
    #[cfg(not(unix))]
    None
}

/// Makes the new name last. Not every file system lets a directory be synchronised, and the file itself is safe.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a");
        fs::write(&path, "old")?;
        let failed = write_atomic(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("no"))
        });
        assert!(failed.unwrap_err().to_string().ends_with("a: no"));
        assert_eq!(fs::read_to_string(&path)?, "old");
        assert_eq!(fs::read_dir(folder.path())?.count(), 1);
        let missing = write_atomic(folder.path().join("no/a"), |_| Ok(()));
        assert!(
            matches!(missing, Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound)
        );
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_are_kept() -> io::Result<()> {
        use std::os::unix::fs::{symlink, PermissionsExt};
        let folder = tempfile::tempdir()?;
        let (path, link) = (folder.path().join("a"), folder.path().join("link"));
        write_atomic(&path, |file| file.write_all(b"1")).map_err(io::Error::other)?;
        assert_ne!(fs::metadata(&path)?.permissions().mode() & 0o044, 0);
        fs::set_permissions(&path, Permissions::from_mode(0o622))?;
        symlink(&path, &link)?;
        write_atomic(&link, |file| file.write_all(b"2")).map_err(io::Error::other)?;
        assert!(fs::symlink_metadata(&link)?.is_symlink());
        assert_eq!(fs::read_to_string(&path)?, "2");
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o622);
        Ok(())
    }
}
