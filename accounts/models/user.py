"""Everyone who talks: customers, agents and admins of an organization."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models.organization import Organization


class Role(models.TextChoices):
    """What a person may do; taken from this row only, never from a client (SPEC §2)."""

    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    ADMIN = "admin", _("Admin")
    ASSISTANT = "assistant", _("Assistant")


TEAM_ROLES = (Role.AGENT, Role.ADMIN)
PEOPLE_ROLES = (Role.CUSTOMER, *TEAM_ROLES)
"""Who may sign in. An assistant is nobody's account: it speaks in conversations, and that is all."""


class UserManager(BaseUserManager["User"]):
    """Makes people so that their flags always fit their role."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person who signs in with an e-mail address.

        Without `password` nobody can sign in as this person. Raises `IntegrityError` where the
        address is taken.
        """
        user = self.model(username=email.strip().lower(), email=email.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Create an admin who may change everything in the admin site (`manage createsuperuser`)."""
        organization = fields.pop("organization", None) or Organization.objects.order_by("created_at").first()
        if organization is None:
            organization = Organization.objects.create(name="Helpdesk", slug="helpdesk")
        fields.setdefault("email", username)
        email = fields.pop("email")
        return self.create_user(
            email, password, role=Role.ADMIN, is_superuser=True, organization=organization, **fields
        )

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a person by sign-in name, whatever its case."""
        return self.get(username=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person of one organization.

    `username` is what one signs in with: the e-mail address in lower case. A visitor of a widget
    has a made-up one and no password, because an e-mail address that a visitor claims identifies
    nobody; several visitors may claim the same.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="users")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.CUSTOMER)
    username = models.CharField(
        _("sign-in e-mail"), max_length=254, unique=True, validators=[MinLengthValidator(3)]
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    avatar = models.URLField(max_length=500, blank=True)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Turn off instead of deleting: all tokens stop working at once."),
    )
    is_staff = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["first_name", "last_name", "username"]
        indexes = [models.Index(fields=["organization", "role"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, keeping the sign-in name in lower case and the admin site open to the staff only."""
        self.username = self.username.strip().lower()
        self.is_staff = self.role in TEAM_ROLES
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        """What others see: the full name, else the e-mail address, else "Visitor"."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or "Visitor"
