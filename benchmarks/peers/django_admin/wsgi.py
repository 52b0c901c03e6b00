"""What gunicorn serves; `python -m benchmarks.peers.django_admin.wsgi` makes its tables and its superuser."""

import os

from django.core.wsgi import get_wsgi_application

from benchmarks.peers.accounts import PASSWORD, USERNAME

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.django_admin.settings")
application = get_wsgi_application()


def create_account() -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    User.objects.create_superuser(USERNAME, "peer@django.example", PASSWORD)


if __name__ == "__main__":
    create_account()
