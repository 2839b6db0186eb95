"""The tenant: nothing crosses from one organization to another."""

from django.db import models

from accounts.ids import new_id


class Organization(models.Model):
    """A company that runs its support here (SPEC §2)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
