"""Check and follow the paths of stored values when the application starts."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import Field

from sessions_app.models import ChargingSession


def fields_on_path(path: str, *, of: str) -> list["Field[Any, Any]"]:
    """Return the model fields on a path from the session, such as `site__name`.

    Raise ImproperlyConfigured with `of`, the record that names the path, if there is no such field.
    """
    fields: list[Field[Any, Any]] = []
    model: Any = ChargingSession
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError) as error:
            message = (
                f"{of}: models have no field {path!r} ({name!r} is unknown). Add it to models/, or correct the path."
            )
            raise ImproperlyConfigured(message) from error
        fields.append(field)
        model = field.related_model
    return fields
