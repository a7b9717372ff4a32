package dev.culvert.user.preference;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What somebody prefers; what is left out has its default (requirement R3.2). The same in requests and answers. */
record Preferences(
        @Schema(example = "dark", defaultValue = "light")
        @Pattern(regexp = "light|dark", message = "is neither light nor dark")
        String theme,

        @Schema(description = "BCP 47 language tag", example = "en", defaultValue = "en")
        @Size(max = 10, message = "has more than 10 characters")
        @Pattern(regexp = "[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", message = "is not a language tag")
        String language,

        @Schema(example = "true", defaultValue = "true") Boolean notifications) {

    Preferences(@Nullable String theme, @Nullable String language, @Nullable Boolean notifications) {
        this.theme = Objects.requireNonNullElse(theme, "light");
        this.language = Objects.requireNonNullElse(language, "en");
        this.notifications = Objects.requireNonNullElse(notifications, true);
    }

    static Preferences defaults() {
        return new Preferences(null, null, null);
    }

    /** Names of the fields that differ. */
    Set<String> changesFrom(Preferences before) {
        Set<String> changed = new LinkedHashSet<>();
        if (!theme.equals(before.theme)) {
            changed.add("theme");
        }
        if (!language.equals(before.language)) {
            changed.add("language");
        }
        if (!notifications.equals(before.notifications)) {
            changed.add("notifications");
        }
        return changed;
    }
}
