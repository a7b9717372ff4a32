package dev.culvert.runner.suite;

import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.SuiteState;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.util.Optional;

/** The addresses a person wants to know, and once the administrator's password. */
public final class Summary {

    public static final String ADMIN = "admin";

    private final Home home;
    private final PrintStream out;

    public Summary(Home home, PrintStream out) {
        this.home = home;
        this.out = out;
    }

    public void print(SuiteState state) throws IOException {
        String gateway = gatewayUrl(state);
        out.println();
        out.println("  Gateway        " + gateway);
        out.println("  API docs       " + gateway + "/docs");
        out.println("  Mailbox        http://127.0.0.1:" + state.port("mailbox"));
        out.println("  Kafka          127.0.0.1:" + state.port("kafka"));
        Optional<String> password = new PasswordNote(home).takeOnce();
        if (password.isPresent()) {
            out.println("  Administrator  " + ADMIN + "  " + password.get());
            out.println("                 (shown this once; kept in " + home.secretsFile() + ")");
        }
        out.println();
    }

    /** How a client on this machine reaches the gateway. */
    public static String gatewayUrl(SuiteState state) throws IOException {
        return "http://" + reachable(state.bindAddress()) + ":" + state.port("gateway");
    }

    static String reachable(String bindAddress) throws IOException {
        InetAddress address = InetAddress.getByName(bindAddress);
        String host = address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
