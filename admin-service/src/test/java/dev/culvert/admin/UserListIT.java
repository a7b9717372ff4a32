package dev.culvert.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.TestingOrigin;
import org.junit.jupiter.api.Test;

/** The users of all tenants, as user-service tells them. */
class UserListIT extends AdminStory {
    /** R11.1, the list: user-service is asked with the administrator's own token. */
    @Test
    void listsUsersAsUserServiceAnswers() {
        answerUsers(200, "application/json", "{\"items\": [{\"username\": \"ada\"}], \"total\": 1}");

        Answer answer = get(admin, "/api/v1/admin/users?search={search}&limit=7&offset=14", "a&d=a");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("items").path(0).path("username").asString())
                .isEqualTo("ada");
        TestingOrigin.Request asked = USER_SERVICE.requests().getLast();
        assertThat(asked.path()).isEqualTo("/api/v1/users");
        assertThat(asked.target()).contains("search=a%26d%3Da", "limit=7", "offset=14");
        assertThat(asked.header("authorization")).startsWith("Bearer ey");
        assertThat(asked.header("x-correlation-id")).isNotEmpty();
    }

    @Test
    void aRefusalOfUserServiceIsPassedOn() {
        answerUsers(403, "application/problem+json", "{\"code\": \"FORBIDDEN\", \"status\": 403}");

        Answer answer = get(admin, "/api/v1/admin/users");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("FORBIDDEN");
    }

    @Test
    void aUserServiceThatBreaksOffIsUnavailable() {
        USER_SERVICE.on("/api/v1/users", exchange -> exchange.abort());

        Answer answer = get(admin, "/api/v1/admin/users");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("SERVICE_UNAVAILABLE");
    }

    @Test
    void ordinaryUsersDoNotListUsers() {
        assertThat(get(caller, "/api/v1/admin/users").code()).isEqualTo("FORBIDDEN");
    }

    private static void answerUsers(int status, String contentType, String body) {
        USER_SERVICE.on("/api/v1/users", exchange -> exchange.respond(status, contentType, body));
    }
}
