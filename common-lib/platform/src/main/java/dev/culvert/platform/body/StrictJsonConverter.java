package dev.culvert.platform.body;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import jakarta.validation.Validator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Reads JSON bodies without guessing: unknown members and values of another type are refused, not ignored or converted
 * (requirements X-25, R1.3). Only request bodies are read so; events and answers of others may grow.
 */
final class StrictJsonConverter extends JacksonJsonHttpMessageConverter {
    /** Else {@code [null]} comes as far as the first copy of the list. */
    private static final JsonSetter.Value NO_NULL_INSIDE = JsonSetter.Value.forContentNulls(Nulls.FAIL);

    private final Validator validator;

    StrictJsonConverter(JsonMapper json, Validator validator) {
        super(strict(json));
        this.validator = validator;
    }

    private static JsonMapper strict(JsonMapper json) {
        return json.rebuild()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .withConfigOverride(List.class, list -> list.setNullHandling(NO_NULL_INSIDE))
                .withConfigOverride(Set.class, set -> set.setNullHandling(NO_NULL_INSIDE))
                .build();
    }

    @Override
    public Object read(ResolvableType type, HttpInputMessage message, @Nullable Map<String, Object> hints)
            throws IOException {
        JavaType target = getJavaType(type.getType(), null);
        byte[] body = message.getBody().readAllBytes();
        try {
            return getMapper().readerFor(target).readValue(body);
        } catch (DatabindException mismatch) {
            throw refuse(body, target, mismatch);
        } catch (JacksonException unreadable) {
            throw malformed(unreadable);
        }
    }

    private ProblemException refuse(byte[] body, JavaType target, DatabindException mismatch) {
        try {
            var fields =
                    new RefusedFields(getMapper().readTree(body), getMapper().readerFor(target), validator);
            return new ProblemException(ProblemCode.VALIDATION_ERROR, "The body has values that cannot be accepted.")
                    .withViolations(fields.findFrom(mismatch));
        } catch (JacksonException unreadable) {
            return malformed(unreadable);
        }
    }

    private static ProblemException malformed(JacksonException unreadable) {
        return new ProblemException(ProblemCode.MALFORMED_BODY, "The body is not well-formed JSON.", unreadable)
                .withAlias(ProblemCode.VALIDATION_ERROR.name());
    }
}
