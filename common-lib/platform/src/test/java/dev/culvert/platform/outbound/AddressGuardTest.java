package dev.culvert.platform.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only public addresses are called on behalf of users: R10.1 (addresses refused at registration and at send time). */
class AddressGuardTest {
    private static final List<String> NOT_PUBLIC = List.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");

    private final AddressGuard guard = new AddressGuard(List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "169.254.169.254",
                "10.1.2.3",
                "172.31.255.255",
                "192.168.0.1",
                "100.100.100.200",
                "0.0.0.0",
                "255.255.255.255",
                "224.0.0.1",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b::101:101",
                "2002:101:101::1",
                "64:ff9b:1::1",
                "2002:7f00:1::",
                "2002:a00:1::1",
                "2001::1",
                "2001:db8::1",
                "100::1",
                "fc00::1",
                "fd12:3456::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "3fff::1",
                "5f00::1",
                "2001:10::1",
                "2620:4f:8000::1",
                "4000::1"
            })
    void refusesAddressesThatAreNotPublic(String address) {
        assertThatExceptionOfType(RefusedAddressException.class)
                .isThrownBy(() -> guard.check(InetAddress.ofLiteral(address), 443));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "172.15.255.255",
                "172.32.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "169.253.255.255",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001:80b::200e",
                "::ffff:8.8.8.8"
            })
    void letsPublicAddressesPass(String address) {
        assertThatCode(() -> guard.check(InetAddress.ofLiteral(address), 443)).doesNotThrowAnyException();
    }

    @Test
    void judgesGeneratedAddressesAlikeInEveryDisguise() throws UnknownHostException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        List<AddressRange> blocks = NOT_PUBLIC.stream().map(AddressRange::parse).toList();
        List<AddressRange> others = List.of(
                AddressRange.parse("192.31.196.0/24"),
                AddressRange.parse("192.52.193.0/24"),
                AddressRange.parse("192.175.48.0/24"));

        for (int i = 0; i < 20_000; i++) {
            byte[] v4 = new byte[4];
            random.nextBytes(v4);
            InetAddress plain = InetAddress.getByAddress(v4);
            if (others.stream().anyMatch(block -> block.contains(v4))) {
                continue;
            }
            boolean expected = blocks.stream().anyMatch(block -> block.contains(v4));

            assertThat(refused(plain)).as("%s, seed %d", plain, seed).isEqualTo(expected);
            assertThat(refused(mapped(v4)))
                    .as("%s mapped, seed %d", plain, seed)
                    .isEqualTo(expected);
            assertThat(refused(nat64(v4)))
                    .as("%s by NAT64, seed %d", plain, seed)
                    .isTrue();
            assertThat(refused(sixToFour(v4, random)))
                    .as("%s by 6to4, seed %d", plain, seed)
                    .isTrue();
        }
    }

    @Test
    void refusesGeneratedAddressesOutsideGlobalUnicast() throws UnknownHostException {
        long seed = System.nanoTime();
        var random = new Random(seed);

        for (int i = 0; i < 10_000; i++) {
            byte[] v6 = new byte[16];
            random.nextBytes(v6);
            v6[0] = (byte) (v6[0] & 0x1F | random.nextInt(2, 8) << 5); // any leading three bits but 000 and 001
            InetAddress address = InetAddress.getByAddress(v6);

            assertThat(refused(address)).as("%s, seed %d", address, seed).isTrue();
        }
    }

    @Test
    void refusesLiteralsInAnySpelling() {
        for (String host : List.of("127.0.0.1", "2130706433", "localhost", "::1", "::ffff:169.254.169.254")) {
            assertThatExceptionOfType(RefusedAddressException.class)
                    .as(host)
                    .isThrownBy(() -> resolve(guard, host, 80));
        }
    }

    @Test
    void letsPassWhatTheOperatorListed() throws UnknownHostException {
        var open = new AddressGuard(List.of("127.0.0.1:9000", " [::1]:9002 ", "10.20.0.0/16", "fd00::/8", ""));

        assertThat(resolve(open, "127.0.0.1", 9000)).hasSize(1);
        assertThat(resolve(open, "::1", 9002)).hasSize(1);
        assertThat(resolve(open, "10.20.3.4", 1)).hasSize(1);
        assertThat(resolve(open, "fd00::5", 1)).hasSize(1);
        assertThatExceptionOfType(RefusedAddressException.class).isThrownBy(() -> resolve(open, "127.0.0.1", 9001));
        assertThatExceptionOfType(RefusedAddressException.class).isThrownBy(() -> resolve(open, "::1", 9000));
        assertThatExceptionOfType(RefusedAddressException.class).isThrownBy(() -> resolve(open, "10.21.0.1", 1));
    }

    @Test
    void refusesListsThatMakeNoSense() {
        for (String entry : List.of("somewhere", "10.0.0.0/33", "10.0.0.0/x", "::/129", "host:port")) {
            assertThatIllegalArgumentException().as(entry).isThrownBy(() -> new AddressGuard(List.of(entry)));
        }
    }

    private static List<InetSocketAddress> resolve(AddressGuard guard, String host, int port)
            throws UnknownHostException {
        return new GuardedDns(guard).resolve(host, port);
    }

    private boolean refused(InetAddress address) {
        try {
            guard.check(address, 443);
            return false;
        } catch (RefusedAddressException e) {
            return true;
        }
    }

    private static InetAddress mapped(byte[] v4) throws UnknownHostException {
        byte[] v6 = new byte[16];
        v6[10] = (byte) 0xFF;
        v6[11] = (byte) 0xFF;
        System.arraycopy(v4, 0, v6, 12, 4);
        return InetAddress.getByAddress(v6);
    }

    private static InetAddress nat64(byte[] v4) throws UnknownHostException {
        byte[] v6 = InetAddress.ofLiteral("64:ff9b::").getAddress();
        System.arraycopy(v4, 0, v6, 12, 4);
        return InetAddress.getByAddress(v6);
    }

    private static InetAddress sixToFour(byte[] v4, Random random) throws UnknownHostException {
        byte[] v6 = new byte[16];
        random.nextBytes(v6);
        v6[0] = 0x20;
        v6[1] = 0x02;
        System.arraycopy(v4, 0, v6, 2, 4);
        return InetAddress.getByAddress(v6);
    }
}
