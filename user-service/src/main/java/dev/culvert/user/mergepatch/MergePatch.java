package dev.culvert.user.mergepatch;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Validator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.LogicalType;

/** Applies JSON Merge Patches (RFC 7396) to flat records: what the patch has replaces, null removes, the rest stays. */
@Component
public class MergePatch {
    private final JsonMapper json;
    private final Validator validator;

    /** As strict as bodies are read elsewhere: unknown members and values of another type are refused. */
    MergePatch(JsonMapper json, Validator validator) {
        this.json = json.rebuild()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .build();
        this.validator = validator;
    }

    /**
     * The record with the patch applied.
     *
     * @throws ConstraintViolationException when the outcome is not valid
     * @throws ProblemException VALIDATION_ERROR when the patch has unknown members or members of another type
     */
    public <T> T apply(T current, ObjectNode patch, Class<T> type) {
        ObjectNode merged = json.valueToTree(current);
        patch.propertyStream().forEach(member -> merge(merged, member.getKey(), member.getValue()));
        T patched = read(merged, type);
        Set<ConstraintViolation<T>> violations = validator.validate(patched);
        if (!violations.isEmpty()) {
            throw new ConstraintViolationException(violations);
        }
        return patched;
    }

    private static void merge(ObjectNode target, String name, JsonNode value) {
        if (value.isNull()) {
            target.remove(name);
        } else {
            target.set(name, value);
        }
    }

    private <T> T read(ObjectNode merged, Class<T> type) {
        try {
            return json.treeToValue(merged, type);
        } catch (JacksonException e) {
            String field = e.getPath().stream()
                    .map(JacksonException.Reference::getPropertyName)
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining("."));
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR, "The patch has a member that does not fit here.", e)
                    .withViolations(List.of(new Violation(field, "is not known here or has the wrong type")));
        }
    }
}
