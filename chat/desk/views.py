"""The desk's page, and the access token its session is worth."""

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Role, User
from accounts.tokens import issue_access_token
from chat.models import Assistant
from queueing.models import Queue

STAFF_ROLES = (Role.AGENT, Role.ADMIN)


@require_GET
@never_cache
@ensure_csrf_cookie
def desk(request: HttpRequest) -> HttpResponse:
    """Show the desk to an agent or an admin; others are sent to sign in, and a customer is refused."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    if user.role not in STAFF_ROLES:
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": "Desk",
        "queues": [
            {"_id": str(queue.id), "name": queue.name}
            for queue in Queue.objects.filter(organization_id=user.organization_id).order_by("name")
        ],
        "has_assistant": Assistant.objects.filter(
            organization_id=user.organization_id, is_active=True
        ).exists(),
        "agent": {"id": str(user.id), "email": user.email, "name": user.name, "role": user.role},
    }
    return TemplateResponse(request, "desk/desk.html", context)


@require_POST
@never_cache
def token(request: HttpRequest) -> JsonResponse:
    """Exchange the admin session for an access token: `{access, expiresAt}` (SPEC §2).

    Without a session the answer is 401, for a customer's 403; Django answers a missing CSRF token with 403.
    """
    user = request.user
    if not isinstance(user, User):
        return _refusal(401, "Your session has ended: sign in again.")
    if user.role not in STAFF_ROLES:
        return _refusal(403, "Only agents and admins work at the desk.")
    access, expires_at = issue_access_token(user)
    return JsonResponse(
        {"access": access, "expiresAt": expires_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    )


def _refusal(status: int, message: str) -> JsonResponse:
    return JsonResponse({"success": False, "message": message}, status=status)
