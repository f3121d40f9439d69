use std::io::Write;

use flate2::{write::GzEncoder, Compression};

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .unwrap_or_default()
}

/// A header followed by a body.
fn idx(code: u8, dims: &[u32], body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    bytes.extend(body);
    bytes
}

fn error(bytes: &[u8]) -> DataError {
    match Idx::from_bytes("file", bytes) {
        Err(Error::Data(error)) => error,
        other => panic!("expected a data error, got {other:?}"),
    }
}

#[test]
fn every_element_type_is_read() -> Result<()> {
    let values = |code, body: &[u8]| -> Result<Vec<f64>> {
        let count = 2;
        Idx::from_bytes("file", &idx(code, &[count], body))?
            .to_tensor(&Device::Cpu)?
            .to_vec()
    };
    assert_eq!(values(0x08, &[1, 255])?, [1., 255.]);
    assert_eq!(values(0x09, &[1, 255])?, [1., -1.]);
    assert_eq!(values(0x0b, &[1, 0, 255, 254])?, [256., -2.]);
    assert_eq!(
        values(0x0c, &[[0, 1, 0, 0], [255, 255, 255, 255]].concat())?,
        [65536., -1.]
    );
    assert_eq!(
        values(
            0x0d,
            &[1.5f32.to_be_bytes(), (-2f32).to_be_bytes()].concat()
        )?,
        [1.5, -2.]
    );
    assert_eq!(
        values(
            0x0e,
            &[1.5f64.to_be_bytes(), (-2f64).to_be_bytes()].concat()
        )?,
        [1.5, -2.]
    );
    Ok(())
}

#[test]
fn gzipped_and_plain_are_equal() -> Result<()> {
    let plain = idx(0x08, &[2, 3], &[1, 2, 3, 4, 5, 6]);
    let (a, b) = (
        Idx::from_bytes("a", &plain)?,
        Idx::from_bytes("b", &gzip(&plain))?,
    );
    assert_eq!(
        (a.shape(), a.bytes.as_slice()),
        (b.shape(), b.bytes.as_slice())
    );
    Ok(())
}

#[test]
fn an_empty_array_is_an_array() -> Result<()> {
    assert_eq!(
        Idx::from_bytes("file", &idx(0x08, &[0, 28, 28], &[]))?.shape(),
        [0, 28, 28]
    );
    Ok(())
}

#[test]
fn other_files_are_refused() {
    let starts: [&[u8]; 6] = [
        b"",
        b"\0\0",
        b"<html>",
        &[0, 0, 7, 1, 0, 0, 0, 0],
        &[0, 0, 8, 0],
        &[0, 0, 8, 9, 0, 0, 0, 0],
    ];
    for start in starts {
        assert!(matches!(error(start), DataError::Magic { .. }), "{start:?}");
    }
    assert!(error(b"<html>").to_string().contains("web page"));
}

#[test]
fn a_file_must_be_as_long_as_it_says() {
    let full = idx(0x08, &[4], &[1, 2, 3, 4]);
    for length in 4..full.len() {
        assert!(
            matches!(error(&full[..length]), DataError::Truncated { .. }),
            "{length}"
        );
    }
    let longer = [full.as_slice(), &[5]].concat();
    assert!(matches!(
        error(&longer),
        DataError::TrailingBytes { expected: 12, .. }
    ));
    assert!(matches!(
        error(&gzip(&longer)),
        DataError::TrailingBytes { .. }
    ));
}

#[test]
fn a_damaged_gzip_stream_is_refused_wherever_it_ends() {
    let body: Vec<u8> = (0..1000u32).map(|i| (i * i % 251) as u8).collect();
    let packed = gzip(&idx(0x08, &[1000], &body));
    for length in 2..packed.len() {
        let error = error(&packed[..length]);
        let right = matches!(
            error,
            DataError::Truncated { .. } | DataError::Damaged { .. } | DataError::Magic { .. }
        );
        assert!(right, "{length}: {error}");
    }
    let mut flipped = packed.clone();
    let checksum = flipped.len() - 8;
    flipped[checksum] ^= 1;
    assert!(matches!(error(&flipped), DataError::Damaged { .. }));
}

#[test]
fn a_forged_header_takes_no_memory() {
    for dims in [
        &[u32::MAX][..],
        &[u32::MAX; 2],
        &[u32::MAX; 8],
        &[1 << 30, 28, 28],
    ] {
        let forged = idx(0x0e, dims, &[0; 16]);
        assert!(
            matches!(error(&forged), DataError::Truncated { .. }),
            "{dims:?}"
        );
        assert!(
            matches!(error(&gzip(&forged)), DataError::Truncated { .. }),
            "{dims:?}"
        );
    }
}

#[test]
fn a_directory_or_a_missing_file_is_no_damaged_file() {
    for path in [env!("CARGO_MANIFEST_DIR"), "/nonexistent/file"] {
        assert!(matches!(Idx::open(path), Err(Error::Io { .. })), "{path}");
    }
}
