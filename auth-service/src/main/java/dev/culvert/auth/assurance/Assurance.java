package dev.culvert.auth.assurance;

import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How and when somebody proved who they are.
 *
 * @param provenAt when the last step succeeded
 */
public record Assurance(Instant provenAt, Set<Method> methods) {
    private static final String SEVERAL_FACTORS = "mfa";

    public Assurance {
        methods = Set.copyOf(methods);
    }

    /** A way to prove it. */
    public enum Method {
        PASSWORD("pwd"),
        ONE_TIME_CODE("otp"),
        /** RFC 8176 has no word of its own for a code from a list. */
        RECOVERY_CODE("rcv"),
        /**
         * Proof of possession of a key (RFC 8176 {@code pop}), whose device has verified its owner. Not {@code hwk}: the key
         * may be synchronised between devices and then has no hardware of its own.
         */
        PASSKEY("pop");

        private final String wireName;

        Method(String wireName) {
            this.wireName = wireName;
        }

        /** The value in the {@code amr} claim (RFC 8176) and in the database. */
        public String wireName() {
            return wireName;
        }
    }

    /** By the password alone. */
    public static Assurance byPassword(Instant at) {
        return new Assurance(at, Set.of(Method.PASSWORD));
    }

    /** By a passkey alone, whose device has verified its owner. */
    public static Assurance byPasskey(Instant at) {
        return new Assurance(at, Set.of(Method.PASSKEY));
    }

    /** As stored; a method this version does not know counts for nothing. */
    public static Assurance of(Instant provenAt, Set<String> wireNames) {
        EnumSet<Method> methods = EnumSet.noneOf(Method.class);
        Arrays.stream(Method.values())
                .filter(method -> wireNames.contains(method.wireName()))
                .forEach(methods::add);
        return new Assurance(provenAt, methods);
    }

    /** The same, proven once more in this way. */
    public Assurance renewed(Instant at, Method method) {
        EnumSet<Method> all = EnumSet.of(method);
        all.addAll(methods);
        return new Assurance(at, all);
    }

    /** Whether it took more than the password. */
    public boolean secondFactor() {
        return methods.stream().anyMatch(method -> method != Method.PASSWORD);
    }

    /** The value of the {@code amr} claim. */
    public List<String> claim() {
        Stream<String> used = methods.stream().map(Method::wireName);
        boolean several = methods.size() > 1 || methods.contains(Method.PASSKEY); // a key, and what unlocks it
        return Stream.concat(used, several ? Stream.of(SEVERAL_FACTORS) : Stream.empty())
                .sorted()
                .toList();
    }
}
