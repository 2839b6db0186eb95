"""Queues in the admin site."""

from django.contrib import admin

from queueing.models import Member, Queue


class MemberInline(admin.TabularInline):
    model = Member
    extra = 1
    autocomplete_fields = ["user"]


@admin.register(Queue)
class QueueAdmin(admin.ModelAdmin):
    list_display = ["name", "organization", "is_default"]
    list_filter = ["organization"]
    search_fields = ["name"]
    inlines = [MemberInline]
