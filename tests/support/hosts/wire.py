"""A router whose wires are long and bad: it loses some packets and passes the others on late.

Debian's kernels have netem for this, others have not; this needs packet sockets only. Arguments:
percent lost, milliseconds of delay, seed, then for every wire its interface, the address (MAC) of
the host at its end and the beginning of the IPv4 addresses there. It ends with its standard input
and prints how many packets it lost and how many it passed on.
"""

import heapq
import random
import selectors
import socket
import sys
import time

PACKET_VNET_HDR = 15
VNET_BYTES = 10  # What the kernel still has to do to a packet (checksum) travels in front of it.
ETHERNET_BYTES = 14
IPV4 = b"\x08\x00"

loss, delay, seed = float(sys.argv[1]) / 100, float(sys.argv[2]) / 1000, int(sys.argv[3])
luck = random.Random(seed)
selector = selectors.DefaultSelector()
selector.register(sys.stdin, selectors.EVENT_READ)
wires = []
for interface, mac, prefix in zip(*[iter(sys.argv[4:])] * 3):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.setsockopt(socket.SOL_PACKET if hasattr(socket, "SOL_PACKET") else 263, PACKET_VNET_HDR, 1)
    wire.bind((interface, 0))
    wire.setblocking(False)
    selector.register(wire, selectors.EVENT_READ)
    own = wire.getsockname()[4]
    wires.append((wire, prefix, bytes.fromhex(mac.replace(":", "")) + own))

under_way, count, lost, passed = [], 0, 0, 0
print("there", flush=True)


def take(wire):
    global count, lost
    while True:
        try:
            packet, origin = wire.recvfrom(1 << 17)
        except BlockingIOError:
            return
        frame = packet[VNET_BYTES:]
        if origin[2] == socket.PACKET_OUTGOING or frame[12:14] != IPV4:
            continue
        target = socket.inet_ntoa(frame[ETHERNET_BYTES + 16 : ETHERNET_BYTES + 20])
        for out, prefix, header in wires:
            if target.startswith(prefix):
                if luck.random() < loss:
                    lost += 1
                else:
                    count += 1
                    packet = packet[:VNET_BYTES] + header + frame[12:]
                    heapq.heappush(under_way, (time.monotonic() + delay, count, out, packet))


while True:
    wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
    ready = [key.fileobj for key, _ in selector.select(wait)]
    if sys.stdin in ready:
        print(lost, passed)
        sys.exit()
    for wire in ready:
        take(wire)
    while under_way and under_way[0][0] <= time.monotonic():
        _, _, out, packet = heapq.heappop(under_way)
        try:
            out.send(packet)
            passed += 1
        except OSError:
            lost += 1  # Its host has gone.
