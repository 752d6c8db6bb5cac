// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A format plugin in Rust, against comity/plugin.h: the structs below are those of the header, as
// far as they are needed.  {"lamp_rust": {"number": ..., "keeper": ..., "facts": ...}}
//
//     rustc --edition 2021 -O -C panic=abort --crate-type cdylib lamp-rust.rs -o lamp-rust.so
//     comity plugins check lamp-rust.so
//
// Structs may grow at their end: a table that the host gives is only ever looked at by pointer,
// and only as far as the fields named here, which stand in it from the first version on.
use std::os::raw::{c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

type Status = i32;
const OK: Status = 0;
const INVALID: Status = -3;
const ERROR: i32 = 3;
const STRING: u32 = 5;
const GROUP: u32 = 7;

#[repr(C)]
struct Diag {
    struct_size: u32,
    severity: i32,
    code: *const c_char,
    message: *const c_char,
    hint: *const c_char,
    field: *const c_char,
    node: *const c_void,
}

#[repr(C)]
struct Host {
    struct_size: u32,
    abi_minor: u32,
    name: *const c_char,
    version: *const c_char,
    extension: extern "C" fn(*const c_char) -> *const c_void,
    report: extern "C" fn(*mut c_void, *const Diag),
    alloc: extern "C" fn(*mut c_void, usize) -> *mut c_void,
    option: extern "C" fn(*mut c_void, *const c_char) -> *const c_char,
    node_kind: extern "C" fn(*const c_void) -> u32,
    node_name: extern "C" fn(*const c_void, *mut usize) -> *const u8,
    node_text: extern "C" fn(*const c_void, *mut usize) -> *const u8,
    node_first: extern "C" fn(*mut c_void, *const c_void) -> *const c_void,
    node_next: extern "C" fn(*mut c_void, *const c_void) -> *const c_void,
    node_find: extern "C" fn(*mut c_void, *const c_void, *const c_char) -> *const c_void,
    put: extern "C" fn(*mut c_void, *const c_char, *const u8, usize, *const c_void) -> Status,
    keep: extern "C" fn(*mut c_void, *const c_void) -> Status,
    count: extern "C" fn(*const c_void, *const c_char) -> usize,
    get: extern "C" fn(*mut c_void, *const c_char, *mut *const u8, *mut usize) -> Status,
    write: extern "C" fn(*mut c_void, *const c_void, usize) -> Status,
}

#[repr(C)]
struct Reader {
    struct_size: u32,
    reserved: u32,
    read: extern "C" fn(*mut c_void, *const c_void, *mut c_void) -> Status,
}

#[repr(C)]
struct Writer {
    struct_size: u32,
    reserved: u32,
    write: extern "C" fn(*mut c_void, *mut c_void, *mut c_void) -> Status,
}

#[repr(C)]
struct Format {
    struct_size: u32,
    reserved: u32,
    id: *const c_char,
    title: *const c_char,
    syntax: *const c_char,
    media_types: *const *const c_char,
    suffixes: *const *const c_char,
    kinds: *const Words<2>,
    options: *const c_void,
    probe: extern "C" fn(*const u8, usize) -> i32,
    template_text: *const c_char,
    template_len: usize,
    reader: *const Reader,
    writer: *const Writer,
    voice: *const c_char,
}

#[repr(C)]
struct Plugin {
    struct_size: u32,
    abi_minor: u32,
    id: *const c_char,
    version: *const c_char,
    vendor: *const c_char,
    license: *const c_char,
    formats: *const Formats,
    init: extern "C" fn(*const Host, *mut c_void) -> Status,
    deinit: *const c_void,
    extension: *const c_void,
}

#[repr(transparent)]
struct Words<const N: usize>([*const c_char; N]);
#[repr(transparent)]
struct Formats([*const Format; 2]);

// Constant data that the host reads; nothing in it changes.
unsafe impl<const N: usize> Sync for Words<N> {}
unsafe impl Sync for Formats {}
unsafe impl Sync for Format {}
unsafe impl Sync for Plugin {}

macro_rules! words {
    ($text:literal) => {
        concat!($text, "\0").as_ptr() as *const c_char
    };
}

static HOST: AtomicPtr<Host> = AtomicPtr::new(null_mut());

fn host() -> &'static Host {
    unsafe { &*HOST.load(Ordering::Acquire) }
}

extern "C" fn init(given: *const Host, _call: *mut c_void) -> Status {
    HOST.store(given as *mut Host, Ordering::Release);
    OK
}

fn members() -> [(&'static [u8], *const c_char); 3] {
    [
        (b"number", words!("id")),
        (b"keeper", words!("persons[0].name.full")),
        (b"facts", words!("facts.summary")),
    ]
}

/// What is lent by the host, until the call returns.
unsafe fn lent<'a>(text: *const u8, len: usize) -> &'a [u8] {
    if text.is_null() { &[] } else { std::slice::from_raw_parts(text, len) }
}

extern "C" fn probe(head: *const u8, size: usize) -> i32 {
    let mark = b"\"lamp_rust\"";
    let head = unsafe { lent(head, size) };
    if head.windows(mark.len()).any(|part| part == mark) { 80 } else { 0 }
}

extern "C" fn read(call: *mut c_void, root: *const c_void, doc: *mut c_void) -> Status {
    let host = host();
    let body = (host.node_find)(call, root, words!("lamp_rust"));
    if body.is_null() || (host.node_kind)(body) != GROUP {
        let diag = Diag {
            struct_size: std::mem::size_of::<Diag>() as u32,
            severity: ERROR,
            code: words!("lamp-rust.no-request"),
            message: words!("there is no lamp_rust"),
            hint: null(),
            field: null(),
            node: root,
        };
        (host.report)(call, &diag);
        return INVALID;
    }
    let kind = b"mutual-legal-assistance";
    let mut status = (host.put)(doc, words!("kind"), kind.as_ptr(), kind.len(), null());
    let mut node = (host.node_first)(call, body);
    while !node.is_null() && status == OK {
        let mut len = 0;
        let name = (host.node_name)(node, &mut len);
        let name = unsafe { lent(name, len) };
        let field = members().iter().find(|one| one.0 == name).map(|one| one.1);
        if let (Some(field), STRING) = (field, (host.node_kind)(node)) {
            let text = (host.node_text)(node, &mut len);
            status = (host.put)(doc, field, text, len, node);
        } // else it stays unread, and the host tells of it as a loss
        node = (host.node_next)(call, node);
    }
    status
}

fn write_bytes(out: *mut c_void, bytes: &[u8]) -> Status {
    (host().write)(out, bytes.as_ptr() as *const c_void, bytes.len())
}

/// As a JSON string; no memory is taken.
fn write_json(out: *mut c_void, text: &[u8]) {
    write_bytes(out, b"\"");
    for byte in text {
        match byte {
            b'"' => write_bytes(out, b"\\\""),
            b'\\' => write_bytes(out, b"\\\\"),
            0..=0x1f => {
                let digits = b"0123456789abcdef";
                let (high, low) = (digits[(byte >> 4) as usize], digits[(byte & 15) as usize]);
                write_bytes(out, &[b'\\', b'u', b'0', b'0', high, low])
            }
            _ => write_bytes(out, &[*byte]),
        };
    }
    write_bytes(out, b"\"");
}

extern "C" fn write(_call: *mut c_void, doc: *mut c_void, out: *mut c_void) -> Status {
    let host = host();
    let (mut text, mut len, mut between) = (null(), 0, &b""[..]);
    (host.get)(doc, words!("kind"), &mut text, &mut len);
    write_bytes(out, b"{\"lamp_rust\": {");
    for (name, field) in members() {
        match (host.get)(doc, field, &mut text, &mut len) {
            OK => {
                write_bytes(out, between);
                write_json(out, name);
                write_bytes(out, b": ");
                write_json(out, unsafe { lent(text, len) });
                between = b", ";
            }
            failed if failed < 0 => return failed,
            _ => {}
        }
    }
    write_bytes(out, b"}}\n")
}

static KINDS: Words<2> = Words([words!("mutual-legal-assistance"), null()]);
static READER: Reader =
    Reader { struct_size: std::mem::size_of::<Reader>() as u32, reserved: 0, read };
static WRITER: Writer =
    Writer { struct_size: std::mem::size_of::<Writer>() as u32, reserved: 0, write };
static FORMAT: Format = Format {
    struct_size: std::mem::size_of::<Format>() as u32,
    reserved: 0,
    id: words!("lamp-rust"),
    title: words!("Lighthouse authority (invented), in Rust"),
    syntax: words!("json"),
    media_types: null(),
    suffixes: null(),
    kinds: &KINDS,
    options: null(),
    probe,
    template_text: null(),
    template_len: 0,
    reader: &READER,
    writer: &WRITER,
    voice: null(),
};
static FORMATS: Formats = Formats([&FORMAT, null()]);
static PLUGIN: Plugin = Plugin {
    struct_size: std::mem::size_of::<Plugin>() as u32,
    abi_minor: 1,
    id: words!("lamp-rust"),
    version: words!("0.1.0"),
    vendor: words!("Comity examples"),
    license: words!("LGPL-2.1-or-later"),
    formats: &FORMATS,
    init,
    deinit: null(),
    extension: null(),
};

#[no_mangle]
extern "C" fn comity_plugin_v1() -> *const c_void {
    &PLUGIN as *const Plugin as *const c_void
}
