package dev.culvert.agent.cli;

import dev.culvert.agent.profile.Profile;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** Name of a tunnel that nobody named: the machine's and the model server's, so that it is the same at each start. */
final class DefaultName {
    private static final int LONGEST_HOST = 40;

    private DefaultName() {}

    static String of(Profile profile) {
        return of(hostName(), profile);
    }

    static String of(String host, Profile profile) {
        String plain = host.split("\\.", 2)[0]
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-+|-+$", "");
        String shortened = plain.length() > LONGEST_HOST ? plain.substring(0, LONGEST_HOST) : plain;
        return shortened.isEmpty() ? profile.word() : shortened + "-" + profile.word();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A machine whose own name does not resolve still has a model server.
            return "";
        }
    }
}
