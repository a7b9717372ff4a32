package dev.culvert.runner.home;

import dev.culvert.runner.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the ports of one start. The gateway's is what the user asked for or nothing; the others keep the port of the
 * last start, else their preferred one, else any free one, so that addresses seldom change.
 */
public final class Ports {

    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private final Map<String, Integer> previous;
    private final Map<String, Integer> chosen = new LinkedHashMap<>();
    private final Set<Integer> taken = new HashSet<>();

    public Ports(Map<String, Integer> previous) {
        this.previous = Map.copyOf(previous);
    }

    /** Takes exactly this port; {@code remedy} ends the sentence, as in "choose another with --port". */
    public Ports require(String name, InetAddress address, int port, String remedy) {
        if (!isFree(address, port)) {
            throw new Refusal("Port %d for the %s is taken by another program: stop that program, or %s."
                    .formatted(port, name, remedy));
        }
        return choose(name, port);
    }

    public Ports prefer(String name, int preferred) throws IOException {
        int last = previous.getOrDefault(name, preferred);
        if (isFree(loopback, last)) {
            return choose(name, last);
        }
        return last != preferred && isFree(loopback, preferred) ? choose(name, preferred) : choose(name, anyFree());
    }

    public Ports free(String name) throws IOException {
        Integer last = previous.get(name);
        return choose(name, last != null && isFree(loopback, last) ? last : anyFree());
    }

    public Map<String, Integer> chosen() {
        return Map.copyOf(chosen);
    }

    private Ports choose(String name, int port) {
        chosen.put(name, port);
        taken.add(port);
        return this;
    }

    private int anyFree() throws IOException {
        while (true) {
            try (var socket = new ServerSocket(0, 1, loopback)) {
                if (!taken.contains(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
    }

    private boolean isFree(InetAddress address, int port) {
        return !taken.contains(port) && !answers(port) && canListen(address, port);
    }

    private static boolean canListen(InetAddress address, int port) {
        try (var _ = new ServerSocket(port, 1, address)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** On some systems a loopback bind succeeds beside a listener on all addresses; a connection tells them apart. */
    private boolean answers(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(loopback, port), 200);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
