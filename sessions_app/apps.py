"""Application configuration."""

from django.apps import AppConfig


class SessionsConfig(AppConfig):
    """Charging sessions."""

    name = "sessions_app"
    verbose_name = "TerraFuse"

    def ready(self) -> None:
        from sessions_app import checks  # noqa: F401
        from sessions_app.live import changes  # noqa: F401
        from sessions_app.queries import timestamps

        timestamps.install()
