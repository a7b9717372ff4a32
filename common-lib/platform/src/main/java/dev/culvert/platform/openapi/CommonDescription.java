package dev.culvert.platform.openapi;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.Problem;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.Map;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;

/** Adds the ways to sign in and the error body to the components, for operations to refer to. */
final class CommonDescription implements GlobalOpenApiCustomizer {
    static final String BEARER = "bearer";
    static final String API_KEY = "apiKey";

    /** Statuses every description knows, with what they mean. */
    static final Map<String, String> FAILURES = Map.ofEntries(
            Map.entry("400", "The request is not valid; error.details names each refused field."),
            Map.entry("401", "Credentials are missing, expired or not valid."),
            Map.entry("403", "The caller may not do this."),
            Map.entry("404", "There is nothing at this address that the caller may see."),
            Map.entry("406", "No answer has a media type that the Accept header allows."),
            Map.entry("409", "The present state does not allow this, or there is such a thing already."),
            Map.entry("413", "The body is too large."),
            Map.entry("414", "Path and query are too long."),
            Map.entry("415", "The body is not JSON."),
            Map.entry("422", "The body can be read, but not acted on."),
            Map.entry("429", "A limit is used up; Retry-After tells when to come back."),
            Map.entry("431", "The headers are too large."),
            Map.entry("500", "A fault of ours."),
            Map.entry("503", "The service cannot answer right now."));

    @Override
    public void customise(OpenAPI api) {
        Components components = api.getComponents() == null ? new Components() : api.getComponents();
        components.addSecuritySchemes(
                BEARER,
                new SecurityScheme()
                        .type(SecurityScheme.Type.HTTP)
                        .scheme("bearer")
                        .bearerFormat("JWT")
                        .description("Access token from POST /api/v1/auth/login, or an API key."));
        components.addSecuritySchemes(
                API_KEY,
                new SecurityScheme()
                        .type(SecurityScheme.Type.APIKEY)
                        .in(SecurityScheme.In.HEADER)
                        .name(HeaderNames.API_KEY)
                        .description("API key, where the Authorization header is needed for something else."));
        ModelConverters.getInstance(true).readAll(Problem.class).forEach(components::addSchemas);
        FAILURES.forEach((status, meaning) -> components.addResponses(name(status), failure(meaning)));
        api.components(components);
    }

    static String name(String status) {
        return "Problem" + status;
    }

    private static ApiResponse failure(String meaning) {
        return new ApiResponse().description(meaning).content(problem());
    }

    /** The one body of all failures. */
    static Content problem() {
        Schema<?> problem = new Schema<>().$ref("#/components/schemas/" + Problem.class.getSimpleName());
        return new Content().addMediaType(Problem.MEDIA_TYPE, new MediaType().schema(problem));
    }
}
