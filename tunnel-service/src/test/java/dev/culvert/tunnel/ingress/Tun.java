package dev.culvert.tunnel.ingress;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A network device of Linux whose packets this process reads and writes (kernel documentation, networking/tuntap). */
@SuppressWarnings("restricted") // calls into the C library are what this is for
final class Tun {
    static final int MAX_PACKET = 2048;

    private static final int O_RDWR = 2;
    private static final long TUNSETIFF = 0x400454ca;
    private static final short IFF_TUN_NO_PI = 0x1001;
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_FLAGS = 16;

    private final MethodHandle read = function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private final MethodHandle write =
            function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private final MemorySegment incoming = Arena.global().allocate(MAX_PACKET);
    private final MemorySegment outgoing = Arena.global().allocate(MAX_PACKET);
    private final int file;

    /** @throws IOException where this process may have no such device */
    Tun(String name) throws IOException {
        MethodHandle open = function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        MethodHandle control = function(
                "ioctl",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                Linker.Option.firstVariadicArg(2));
        try (Arena arena = Arena.ofConfined()) {
            file = (int) call(open, arena.allocateFrom("/dev/net/tun"), O_RDWR);
            MemorySegment request = arena.allocate(IFREQ_BYTES);
            request.setString(0, name);
            request.set(JAVA_SHORT, IFREQ_FLAGS, IFF_TUN_NO_PI);
            if (file < 0 || call(control, file, TUNSETIFF, request) < 0) {
                throw new IOException("/dev/net/tun cannot be used");
            }
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor shape, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape, options);
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return ((Number) function.invokeWithArguments(arguments)).longValue();
        } catch (Throwable e) {
            throw new IllegalStateException(e); // the function does not fit its description
        }
    }

    /** The next packet that the kernel sends; for one thread. */
    byte[] read() throws IOException {
        long length = call(read, file, incoming, (long) MAX_PACKET);
        if (length < 0) {
            throw new IOException("The device gives no packets");
        }
        return incoming.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Gives the kernel a packet; for one thread. */
    void write(byte[] packet) throws IOException {
        MemorySegment.copy(packet, 0, outgoing, ValueLayout.JAVA_BYTE, 0, packet.length);
        if (call(write, file, outgoing, (long) packet.length) != packet.length) {
            throw new IOException("The device takes no packets");
        }
    }
}
