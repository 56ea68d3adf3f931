//! What somebody would try who runs native code in a sealed child: one system call each, made
//! directly, and what comes of it.
#![expect(unsafe_code, reason = "an attacker does not ask")]

use std::io;

/// Makes the attack of that name; a number may follow, such as a process or a port.
pub(crate) fn make(asked: &str) -> String {
    let mut words = asked.trim_start_matches("compiler_").split_whitespace();
    let name = words.next().unwrap_or_default();
    let number = words.clone().next().and_then(|word| word.parse().ok()).unwrap_or(0);
    match name {
        "memory" => return take_memory(),
        "frames" => return send_frames(),
        "forge" => return crate::forge::play(words.next().unwrap_or_default()),
        "foreign_call" => return foreign_call(),
        _ => {}
    }
    let result = match name {
        "connect" => connect(libc::SOCK_STREAM, number),
        "connect_udp" => connect(libc::SOCK_DGRAM, number),
        "bind" => bind(number),
        _ => call(name, number),
    };
    match result {
        0.. => format!("succeeded: {result}"),
        _ => format!("refused: {}", io::Error::last_os_error()),
    }
}

/// One system call.
fn call(name: &str, number: i64) -> i64 {
    let passwd = c"/etc/passwd".as_ptr() as i64;
    let (exec, memory) =
        (i64::from(libc::PROT_READ | libc::PROT_EXEC), i64::from(libc::PROT_READ | libc::PROT_WRITE));
    let anonymous = i64::from(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    let here = i64::from(libc::AT_FDCWD);
    let page = [0u8; 4096];
    let page = page.as_ptr() as i64;
    let part = [page, 8, 0x1_0000, 8];
    let part = part.as_ptr() as i64;
    let (number_of_call, arguments): (i64, [i64; 6]) = match name {
        "open" => (libc::SYS_openat, [here, passwd, 0, 0, 0, 0]),
        "open_proc" => (libc::SYS_openat, [here, c"/proc/self/environ".as_ptr() as i64, 0, 0, 0, 0]),
        "create" => {
            let flags = i64::from(libc::O_CREAT | libc::O_WRONLY);
            (libc::SYS_openat, [here, c"/tmp/arena-drill".as_ptr() as i64, flags, 0o600, 0, 0])
        }
        "mkdir" => (libc::SYS_mkdirat, [here, c"/tmp/arena-drill-folder".as_ptr() as i64, 0o700, 0, 0, 0]),
        "exec" => (libc::SYS_execve, [c"/bin/true".as_ptr() as i64, 0, 0, 0, 0, 0]),
        "socket" => (libc::SYS_socket, [libc::AF_INET.into(), libc::SOCK_STREAM.into(), 0, 0, 0, 0]),
        "fork" => (libc::SYS_clone, [libc::SIGCHLD.into(), 0, 0, 0, 0, 0]),
        "clone3" => (libc::SYS_clone3, [page, 88, 0, 0, 0, 0]),
        "ptrace" => (libc::SYS_ptrace, [16, number, 0, 0, 0, 0]),
        "process_vm_readv" => (libc::SYS_process_vm_readv, [number, part, 1, part, 1, 0]),
        "process_vm_writev" => (libc::SYS_process_vm_writev, [number, part, 1, part, 1, 0]),
        "kill" => (libc::SYS_kill, [number, libc::SIGKILL.into(), 0, 0, 0, 0]),
        "kill_all" => (libc::SYS_kill, [-1, libc::SIGKILL.into(), 0, 0, 0, 0]),
        "tgkill" => (libc::SYS_tgkill, [number, number, libc::SIGKILL.into(), 0, 0, 0]),
        "pidfd_open" => (libc::SYS_pidfd_open, [number, 0, 0, 0, 0, 0]),
        "pidfd_getfd" => (libc::SYS_pidfd_getfd, [0, 0, 0, 0, 0, 0]),
        "mmap_exec" => (libc::SYS_mmap, [0, 4096, exec, anonymous, -1, 0]),
        "mmap_socket" => (libc::SYS_mmap, [0, 4096, memory, libc::MAP_PRIVATE.into(), 0, 0]),
        "mmap_shared" => {
            (libc::SYS_mmap, [0, 4096, memory, i64::from(libc::MAP_SHARED | libc::MAP_ANONYMOUS), -1, 0])
        }
        "mprotect_exec" => (libc::SYS_mprotect, [page & !4095, 4096, exec, 0, 0, 0]),
        "pkey_mprotect" => (libc::SYS_pkey_mprotect, [page & !4095, 4096, exec, -1, 0, 0]),
        "memfd_create" => (libc::SYS_memfd_create, [passwd, 0, 0, 0, 0, 0]),
        "io_uring_setup" => (libc::SYS_io_uring_setup, [8, page, 0, 0, 0, 0]),
        "userfaultfd" => (libc::SYS_userfaultfd, [0, 0, 0, 0, 0, 0]),
        "bpf" => (libc::SYS_bpf, [0, page, 64, 0, 0, 0]),
        "perf_event_open" => (libc::SYS_perf_event_open, [page, 0, -1, -1, 0, 0]),
        "keyctl" => (libc::SYS_keyctl, [0, -3, 1, 0, 0, 0]),
        "unshare" => (libc::SYS_unshare, [libc::CLONE_NEWUSER.into(), 0, 0, 0, 0, 0]),
        "setns" => (libc::SYS_setns, [0, 0, 0, 0, 0, 0]),
        "mount" => (libc::SYS_mount, [passwd, passwd, passwd, 0, 0, 0]),
        "chroot" => (libc::SYS_chroot, [c"..".as_ptr() as i64, 0, 0, 0, 0, 0]),
        "prctl" => (libc::SYS_prctl, [libc::PR_SET_DUMPABLE.into(), 1, 0, 0, 0, 0]),
        "prlimit64" => (libc::SYS_prlimit64, [0, libc::RLIMIT_NOFILE.into(), page, 0, 0, 0]),
        "setuid" => (libc::SYS_setuid, [0, 0, 0, 0, 0, 0]),
        "sendmsg" => (libc::SYS_sendmsg, [0, page, 0, 0, 0, 0]),
        "recvmsg" => (libc::SYS_recvmsg, [0, page, 0, 0, 0, 0]),
        "write" => (libc::SYS_write, [0, page, 8, 0, 0, 0]),
        "send_elsewhere" => (libc::SYS_sendto, [number, page, 8, libc::MSG_NOSIGNAL.into(), 0, 0]),
        "receive_elsewhere" => (libc::SYS_recvfrom, [number, page, 8, 0, 0, 0]),
        "dup" => (libc::SYS_dup, [0, 0, 0, 0, 0, 0]),
        "ioctl" => (libc::SYS_ioctl, [0, 0x541b, page, 0, 0, 0]),
        "shmget" => (libc::SYS_shmget, [0, 4096, 0o1600, 0, 0, 0]),
        "sched_setaffinity" => (libc::SYS_sched_setaffinity, [0, 8, page, 0, 0, 0]),
        "getpid" => (libc::SYS_getpid, [0; 6]),
        "x32" => (libc::SYS_getpid | 0x4000_0000, [0; 6]),
        _ => return 0,
    };
    let [a, b, c, d, e, f] = arguments;
    // SAFETY: this is an attack; what it breaks is this process, which exists to be broken.
    unsafe { libc::syscall(number_of_call, a, b, c, d, e, f) }
}

/// A call of i386, which has numbers of its own.
#[cfg(target_arch = "x86_64")]
fn foreign_call() -> String {
    let mut result = 20i64;
    // SAFETY: 20 is `getpid` there, and takes nothing.
    unsafe { std::arch::asm!("int 0x80", inout("rax") result) };
    format!("succeeded: {result}")
}

/// There is no foreign convention to try.
#[cfg(not(target_arch = "x86_64"))]
fn foreign_call() -> String {
    format!("succeeded: {}", call("getpid", 0))
}

/// A connection to a port of this machine.
fn connect(kind: i32, port: i64) -> i64 {
    let address = local(port);
    // SAFETY: the address is complete, and outlives the calls.
    unsafe {
        let socket = libc::socket(libc::AF_INET, kind, 0);
        if socket < 0 { -1 } else { libc::connect(socket, (&raw const address).cast(), 16).into() }
    }
}

/// A port of this machine as one's own.
fn bind(port: i64) -> i64 {
    let address = local(port);
    // SAFETY: the address is complete, and outlives the calls.
    unsafe {
        let socket = libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0);
        if socket < 0 { -1 } else { libc::bind(socket, (&raw const address).cast(), 16).into() }
    }
}

/// A port of this machine.
fn local(port: i64) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as u16,
        sin_port: (port as u16).to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes([127, 0, 0, 1]) },
        sin_zero: [0; 8],
    }
}

/// Maps memory until there is no more.
fn take_memory() -> String {
    let mut mapped = 0u64;
    for _ in 0..1 << 12 {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the kernel chooses where.
        let at = unsafe { libc::mmap(std::ptr::null_mut(), 16 << 20, access, flags, -1, 0) };
        if at == libc::MAP_FAILED {
            return format!("refused after {mapped} bytes");
        }
        mapped += 16 << 20;
    }
    format!("succeeded: {mapped} bytes")
}

/// Sends what no shim would send: noise, and frames of another conversation.
fn send_frames() -> String {
    let mut noise = vec![0u8; 4096];
    for round in 0u8..64 {
        for (index, byte) in noise.iter_mut().enumerate() {
            *byte = (index as u8).wrapping_mul(31).wrapping_add(round.wrapping_mul(97)) ^ round;
        }
        let length = usize::from(round) * 64 + 1;
        // SAFETY: the bytes are there; without space at the other end this waits.
        unsafe { libc::sendto(0, noise.as_ptr().cast(), length, libc::MSG_NOSIGNAL, std::ptr::null(), 0) };
    }
    "sent".into()
}
