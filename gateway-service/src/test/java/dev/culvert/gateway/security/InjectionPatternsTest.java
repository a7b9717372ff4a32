package dev.culvert.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S4.48: what is taken for an attack, and what is not. */
class InjectionPatternsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "' OR '1'='1",
                "x' or 1=1 --",
                "admin'--",
                "admin' #",
                "1 OR 1=1",
                "1 UNION SELECT password FROM users",
                "1 union all  select null",
                "1; DROP TABLE users",
                "x'; delete from tunnels",
                "x'; UPDATE users SET role",
                "1) ; select pg_user",
                "1 AND sleep(5)",
                "pg_sleep( 10 )",
                "'; WAITFOR DELAY '0:0:5'",
                "select table_name from information_schema.tables"
            })
    void noticesAttacks(String text) {
        assertThat(InjectionPatterns.inText(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "O'Brien",
                "It's the user's own tunnel; don't drop it",
                "rock 'n' roll and more",
                "Select a plan from the list",
                "union of two sets",
                "Please delete from the list what's old",
                "{\"name\": \"O'Neil\", \"description\": \"5 or 6 tunnels - at Anna's\"}",
                "he said 'yes' or 'no'",
                "a -- b",
                "sleep well (8 hours)",
                ""
            })
    void passesOrdinaryText(String text) {
        assertThat(InjectionPatterns.inText(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"q=%27%20OR%20%271%27%3D%271", "q=1+union+select+1", "q='--", "/api/v1/users/1%20or%201=1"})
    void readsAddressesAsServicesDo(String raw) {
        assertThat(InjectionPatterns.inAddress(raw)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"q=O%27Brien", "/api/v1/tunnels/a%20b", "q=100%25", "q=%zz", "/api/v1/users/union"})
    void passesOrdinaryAddresses(String raw) {
        assertThat(InjectionPatterns.inAddress(raw)).isFalse();
    }
}
